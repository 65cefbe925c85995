import type { PicoUsd } from '../money.ts';
import type { Override } from './override.ts';

/** One act of an operator, as the audit trail keeps it: written before anything is changed, and never changed itself. */
export type Act = {
  /** A ulid of its instant. An override has the id of the act that made it. */
  readonly id: string;
  readonly act: Override['kind'] | 'resume' | 'reset' | 'end';
  readonly scope: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  readonly untilMs?: number;
  readonly byPico?: PicoUsd;
  readonly rule?: string;
  /** Ids of the overrides that it ended before their time. */
  readonly ended?: readonly string[];
};

/** Whether an act still has effect: `active`, `expired` at its time, or `ended` by another act before it. `done` for acts that last for no time. */
export type ActState = 'active' | 'expired' | 'ended' | 'done';

export function stateOfAct({ id, act, untilMs }: Act, acts: readonly Act[], nowMs: number): ActState {
  if (act === 'resume' || act === 'reset' || act === 'end') return 'done';
  if (acts.some(({ ended = [], atMs }) => ended.includes(id) && (untilMs === undefined || atMs < untilMs))) return 'ended';
  return untilMs !== undefined && untilMs <= nowMs ? 'expired' : 'active';
}
