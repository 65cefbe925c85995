import * as z from 'zod';
import type { SpendProfile } from '../core/runaway/spend-profile.ts';
import { pico } from './pico.ts';

const tally = z.record(z.string(), z.number().positive());

const storedSpend = z.object({
  hours: z.array(z.tuple([z.string(), pico, pico])),
  callsPerRun: tally,
  heldPerRun: tally,
  openRuns: z.array(z.tuple([z.string(), z.int(), pico, z.string()])),
  throughHour: z.string(),
});

/** A spend profile as stored: JSON, hours and runs as lists. */
export function spendProfileToJson({ hours, openRuns, ...rest }: SpendProfile): string {
  return JSON.stringify({
    ...rest,
    hours: hours.map(({ hour, costPico, allPico }) => [hour, costPico.toString(), allPico.toString()]),
    openRuns: Object.entries(openRuns).map(([run, { calls, heldPico, lastHour }]) => [run, calls, heldPico.toString(), lastHour]),
  });
}

export function parseSpendProfile(json: string): SpendProfile {
  const { hours, openRuns, ...rest } = storedSpend.parse(JSON.parse(json));
  return {
    ...rest,
    hours: hours.map(([hour, costPico, allPico]) => ({ hour, costPico, allPico })),
    openRuns: Object.fromEntries(openRuns.map(([run, calls, heldPico, lastHour]) => [run, { calls, heldPico, lastHour }])),
  };
}
