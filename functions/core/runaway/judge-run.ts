import type { Evidence, RefusalReason } from '../errors.ts';
import { type PicoUsd, picoToUsd, usdToPico } from '../money.ts';
import type { FeatureSettings } from '../settings.ts';
import { runsOf, type SpendProfile } from './spend-profile.ts';

/** What is judged of a run. `spentPico`: an upper bound, this call's hold included. */
export type RunFacts = {
  readonly calls: number;
  readonly spentPico: PicoUsd;
  /** Generations above it, and its number among the runs of its tree; absent for a run without a parent. */
  readonly depth?: number;
  readonly order?: number;
};

export type RunRule = 'calls_per_run' | 'usd_per_run' | 'run_depth' | 'runs_per_tree' | 'unusual_and_repeating';

/** `warn`: the receipt says so. `trip`: the run has gone beyond what its feature ever did, or may do. */
export type RunVerdict = {
  readonly level: 'warn' | 'trip';
  readonly rule: RunRule;
  readonly reason: Extract<RefusalReason, 'run_limit' | 'runaway_spend'>;
  readonly evidence: Evidence;
};

export type RunPolicy = Pick<FeatureSettings['loop'], 'maxCallsPerRun' | 'maxUsdPerRunPico' | 'maxDepth' | 'maxRunsPerTree'>;

/** So many times its feature's p99 is no healthy run; half of it is worth a word. */
const BEYOND_P99 = 4;
/** Never less, whatever p99 says: an ordinary coding session is 31 calls and 2M prompt tokens (some $3, held at $8). */
const LEAST_CALLS = 100;
const LEAST_PICO = usdToPico(20);
/** Without history. 400 calls of one run are seen in long sessions; a thousand were never worth waiting for. */
const UNKNOWN_CALLS = 1_000;
const UNKNOWN_PICO = usdToPico(100);
const MOST_DEPTH = 8;
const MOST_RUNS = 100;

/** Two that only warn by themselves: a run far larger than is usual whose requests repeat as well. */
export const alsoRepeating = (verdict: RunVerdict): RunVerdict =>
  verdict.level === 'trip' ? verdict : { ...verdict, level: 'trip', rule: 'unusual_and_repeating', reason: 'runaway_spend' };

/** Judges one run against its feature's own p99, or against what its feature configures. The first rule that trips, else the first that warns. */
export function judgeRun(run: RunFacts, policy: RunPolicy, profile: SpendProfile | undefined): RunVerdict | undefined {
  const verdicts = [ofCalls(run, policy, profile), ofMoney(run, policy, profile), ofDepth(run, policy), ofTree(run, policy)];
  return verdicts.find((verdict) => verdict?.level === 'trip') ?? verdicts.find((verdict) => verdict !== undefined);
}

function ofCalls({ calls }: RunFacts, { maxCallsPerRun }: RunPolicy, profile: SpendProfile | undefined): RunVerdict | undefined {
  const p99 = profile === undefined ? undefined : runsOf(profile)?.callsP99;
  const usual = p99 === undefined ? UNKNOWN_CALLS : Math.max(LEAST_CALLS, BEYOND_P99 * p99);
  const allowedCalls = maxCallsPerRun ?? usual;
  const level = levelOf(calls, allowedCalls, maxCallsPerRun !== undefined);
  const evidence = { calls, allowedCalls, ...(p99 === undefined ? {} : { callsP99: p99 }) };
  return level === undefined ? undefined : { level, rule: 'calls_per_run', reason: 'run_limit', evidence };
}

function ofMoney({ spentPico }: RunFacts, { maxUsdPerRunPico }: RunPolicy, profile: SpendProfile | undefined): RunVerdict | undefined {
  const p99 = profile === undefined ? undefined : runsOf(profile)?.heldP99Pico;
  const ofP99 = p99 === undefined ? UNKNOWN_PICO : BigInt(BEYOND_P99) * p99;
  const usual = ofP99 < LEAST_PICO ? LEAST_PICO : ofP99;
  const allowed = maxUsdPerRunPico ?? usual;
  const level = levelOf(Number(spentPico), Number(allowed), maxUsdPerRunPico !== undefined);
  const evidence = {
    spentUsd: picoToUsd(spentPico),
    allowedUsd: picoToUsd(allowed),
    ...(p99 === undefined ? {} : { p99Usd: picoToUsd(p99) }),
  };
  const reason = maxUsdPerRunPico === undefined ? 'runaway_spend' : 'run_limit';
  return level === undefined ? undefined : { level, rule: 'usd_per_run', reason, evidence };
}

function ofDepth({ depth }: RunFacts, { maxDepth = MOST_DEPTH }: RunPolicy): RunVerdict | undefined {
  const level = depth === undefined ? undefined : levelOf(depth, maxDepth, false);
  if (level === undefined || depth === undefined) return undefined;
  return { level, rule: 'run_depth', reason: 'run_limit', evidence: { depth, allowedDepth: maxDepth } };
}

function ofTree({ order }: RunFacts, { maxRunsPerTree = MOST_RUNS }: RunPolicy): RunVerdict | undefined {
  const level = order === undefined ? undefined : levelOf(order, maxRunsPerTree, false);
  if (level === undefined || order === undefined) return undefined;
  return { level, rule: 'runs_per_tree', reason: 'run_limit', evidence: { runs: order, allowedRuns: maxRunsPerTree } };
}

/** A limit that somebody has set is warned of at four fifths of it; one that was guessed already at half. */
function levelOf(value: number, allowed: number, configured: boolean): RunVerdict['level'] | undefined {
  if (value > allowed) return 'trip';
  return value > allowed * (configured ? 0.8 : 0.5) ? 'warn' : undefined;
}
