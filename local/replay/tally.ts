import { sumPico } from '../../functions/core/money.ts';
import type { Outcome } from './outcome.ts';

/** What has happened so far. Receipts by request id: what callers were told that they paid. */
export class Tally {
  calls = 0;
  answered = 0;
  escalated = 0;
  readonly tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  readonly receipts = new Map<string, bigint>();
  readonly refusals = new Map<string, { count: number; message: string }>();
  readonly failures = new Map<string, number>();
  readonly lost = new Map<string, number>();
  readonly latenciesMs: number[] = [];

  add(outcome: Outcome, latencyMs: number): void {
    this.calls += 1;
    if (outcome.kind === 'failed' || outcome.kind === 'unsent') count(this.failures, outcome.error);
    else if (outcome.kind === 'lost') count(this.lost, outcome.error);
    else if (outcome.kind === 'refused') this.#refused(outcome);
    else this.#answered(outcome, latencyMs);
  }

  get costPico(): bigint {
    return sumPico(this.receipts.values());
  }

  get refused(): number {
    return this.refusals.values().reduce((sum, { count }) => sum + count, 0);
  }

  get errors(): number {
    return total(this.failures) + total(this.lost);
  }

  #answered(outcome: Extract<Outcome, { kind: 'answered' }>, latencyMs: number): void {
    this.answered += 1;
    this.escalated += outcome.escalated ? 1 : 0;
    this.tokens.input += outcome.usage.inputTokens;
    this.tokens.output += outcome.usage.outputTokens;
    this.tokens.cacheRead += outcome.usage.cacheReadInputTokens;
    this.tokens.cacheWrite += outcome.usage.cacheWriteInputTokens;
    this.receipts.set(outcome.requestId, outcome.costPico);
    this.latenciesMs.push(latencyMs);
  }

  #refused(outcome: Extract<Outcome, { kind: 'refused' }>): void {
    const known = this.refusals.get(outcome.reason);
    this.refusals.set(outcome.reason, { count: (known?.count ?? 0) + 1, message: known?.message ?? outcome.message });
    if (outcome.paid !== undefined) this.receipts.set(outcome.paid.requestId, outcome.paid.costPico);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export const total = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((sum, n) => sum + n, 0);

/** The value that this share of the values does not pass (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
