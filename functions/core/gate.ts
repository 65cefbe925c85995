import type { PicoUsd } from './money.ts';

/** Scope of a gate: `org`, `team:finance`, `feature:invoice-extractor`, or a hot feature's shard, `feature:invoice-extractor/0`. */
export type Scope = string;

/** A hold on money in its leaf: everything that a resolver needs to finish the call's books without its caller. */
export type Hold = {
  /** `<ulid>#<attempt>`; a refused or retried caller takes a new id. */
  readonly id: string;
  readonly amountPico: PicoUsd;
  /** Local day of admission; its month is derived from it. Never recomputed from a clock. */
  readonly day: string;
  /** UTC hour, where the leaf has an hourly cap. */
  readonly hour?: string;
  readonly admittedAtMs: number;
  readonly deadlineMs: number;
  /** In full, since the ledger entry's key is derived from it. */
  readonly template: string;
  readonly model: string;
  readonly run?: string;
  readonly claimed: boolean;
};

/** Batch money of one chunk of jobs: `open` while staging, `sealed` at exactly the sum of its own jobs. */
export type ChunkHold = {
  readonly chunkId: string;
  readonly amountPico: PicoUsd;
  readonly day: string;
  readonly deadlineMs: number;
  readonly phase: 'open' | 'sealed';
};

/** The breaker fields that live in a gate: absent `openUntilMs` is closed; a `probeId` with it is probing. */
export type BreakerFields = {
  readonly openUntilMs?: number;
  readonly probeId?: string;
  readonly trips: number;
  readonly reason?: string;
};

/** One gate as read from the store. Amounts per local day (`yyyy-mm-dd`) and month (`yyyy-mm`); absent means zero. */
export type Gate = {
  readonly scope: Scope;
  readonly committedByDay: Readonly<Record<string, PicoUsd>>;
  readonly committedByMonth: Readonly<Record<string, PicoUsd>>;
  /** Per UTC hour, only where the leaf has an hourly cap. */
  readonly committedByHour: Readonly<Record<string, PicoUsd>>;
  /** Of calls admitted in these ten minutes (runaway/spend-window.ts), in leaves; only the last few. Bounds nothing: a rate to judge by. */
  readonly committedByWindow: Readonly<Record<string, PicoUsd>>;
  /** Money that the parent has committed and moved down here, per day, not yet spent. Meaningless for the root. */
  readonly allowance: Readonly<Record<string, PicoUsd>>;
  /** Counters that only grow, per `transferKey(child, day)`: granted by this gate (`g`), and taken back (`bk`). */
  readonly granted: Readonly<Record<string, PicoUsd>>;
  readonly acceptedBack: Readonly<Record<string, PicoUsd>>;
  /** Counters that only grow, per day: received from the parent (`in`), and returned to it (`out`). */
  readonly received: Readonly<Record<string, PicoUsd>>;
  readonly returned: Readonly<Record<string, PicoUsd>>;
  readonly holds: readonly Hold[];
  readonly chunks: readonly ChunkHold[];
  readonly watermarkMs: number;
  /** Ends (ms) of an operator's pauses of this feature, by template; the whole feature under `*`. Those that are past stop nobody. */
  readonly pauses: Readonly<Record<string, number>>;
  /** Why a template's stop in `pauses` is no operator's but a breaker's, by template. */
  readonly tripped: Readonly<Record<string, string>>;
  readonly breaker: BreakerFields;
};

/** Key of the counters that a parent keeps for one child and day. */
export const transferKey = (child: Scope, day: string): string => `${child}#${day}`;

/** A gate that nothing was ever written to. */
export const emptyGate = (scope: Scope): Gate => ({
  scope,
  committedByDay: {},
  committedByMonth: {},
  committedByHour: {},
  committedByWindow: {},
  allowance: {},
  granted: {},
  acceptedBack: {},
  received: {},
  returned: {},
  holds: [],
  chunks: [],
  watermarkMs: 0,
  pauses: {},
  tripped: {},
  breaker: { trips: 0 },
});
