import { type AgentRun, toMessages } from './agent-run.ts';
import type { Detector } from './detectors.ts';

export type Judged = { readonly run: AgentRun; readonly warnedAt?: number; readonly trippedAt?: number };

/** Plays every run until it is stopped: after how many turns the first warning came, and the stop. */
export function judge(runs: readonly AgentRun[], detector: Detector): Judged[] {
  return runs.map((run) => {
    const messages = toMessages(run.turns);
    let warnedAt: number | undefined;
    for (let turns = 1; turns <= run.turns.length; turns += 1) {
      const level = detector(run, messages, turns);
      if (level !== undefined) warnedAt ??= turns;
      if (level === 'trip') return { run, trippedAt: turns, ...(warnedAt === undefined ? {} : { warnedAt }) };
    }
    return warnedAt === undefined ? { run } : { run, warnedAt };
  });
}

export type Score = {
  readonly name: string;
  readonly good: boolean;
  readonly runs: number;
  readonly warned: number;
  readonly tripped: number;
  readonly stepsToTrip: number;
};

/** By kind of run; `stepsToTrip`: median number of turns from the beginning of the loop to the stop. */
export function scoreOf(judged: readonly Judged[]): Score[] {
  return [...Map.groupBy(judged, ({ run }) => run.name)].map(([name, group]) => {
    const steps = group.flatMap(({ run, trippedAt }) => (trippedAt === undefined ? [] : [trippedAt - run.onset])).toSorted((a, b) => a - b);
    return {
      name,
      good: group[0]?.run.good ?? false,
      runs: group.length,
      warned: group.filter(({ warnedAt }) => warnedAt !== undefined).length,
      tripped: steps.length,
      stepsToTrip: steps[Math.floor(steps.length / 2)] ?? 0,
    };
  });
}
