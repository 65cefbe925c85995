import { usdToPico } from '../../functions/core/money.ts';
import { EMPTY_PROFILE, type RunSize, type SpendProfile, withHour } from '../../functions/core/runaway/spend-profile.ts';

export const sizes = (count: number, size: RunSize): Map<string, RunSize> =>
  new Map(Array.from({ length: count }, (_, at) => [`r${at}`, size]));

/** The profile of a feature whose runs are all of this size. */
export const usual = (calls: number, heldUsd: string): SpendProfile =>
  withHour(EMPTY_PROFILE, { hour: '2026-11-10T10', costPico: 1n, allPico: 1n, runs: sizes(200, { calls, heldPico: usdToPico(heldUsd) }) });
