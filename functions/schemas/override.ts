import * as z from 'zod';
import type { Act } from '../core/override/act.ts';
import type { Override } from '../core/override/override.ts';
import { pico } from './pico.ts';

const order = { id: z.string(), scope: z.string(), reason: z.string(), by: z.string(), atMs: z.number() };

const override: z.ZodType<Override> = z.discriminatedUnion('kind', [
  z.object({ ...order, kind: z.literal('raise'), byPico: pico, untilMs: z.number() }),
  z.object({ ...order, kind: z.literal('allow'), rule: z.string(), untilMs: z.number() }),
  z.object({ ...order, kind: z.literal('pause'), untilMs: z.number().exactOptional() }),
]);

const act: z.ZodType<Act> = z.object({
  ...order,
  act: z.enum(['raise', 'allow', 'pause', 'resume', 'reset', 'end']),
  untilMs: z.number().exactOptional(),
  byPico: pico.exactOptional(),
  rule: z.string().exactOptional(),
  ended: z.array(z.string()).exactOptional(),
});

/** Reads an override as stored. An order that cannot be read is not taken for none: it throws, and calls are refused. */
export const parseOverride = (json: string): Override => override.parse(JSON.parse(json));
export const parseAct = (json: string): Act => act.parse(JSON.parse(json));

export const overrideToJson = (stored: Override | Act): string =>
  JSON.stringify(stored, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
