import type { Gate } from '../gate.ts';
import { maxPico, type PicoUsd } from '../money.ts';

const WINDOW_MS = 600_000;
const BASE = 36;

/** The ten minutes that an instant lies in. Short, for its name stands in a gate. */
export const windowOf = (atMs: number): string => Math.floor(atMs / WINDOW_MS).toString(BASE);
const windowBefore = (atMs: number): string => windowOf(atMs - WINDOW_MS);

/** What a leaf has committed to calls admitted in these ten minutes or the ten before, whichever is more: real cost where known, holds where not. */
export function recentPico({ committedByWindow }: Pick<Gate, 'committedByWindow'>, atMs: number): PicoUsd {
  return maxPico(committedByWindow[windowOf(atMs)] ?? 0n, committedByWindow[windowBefore(atMs)] ?? 0n);
}

/** Windows of a gate that nobody asks for any more. */
export const staleWindows = ({ committedByWindow }: Pick<Gate, 'committedByWindow'>, atMs: number): string[] =>
  Object.keys(committedByWindow).filter((window) => window !== windowOf(atMs) && window !== windowBefore(atMs));
