import { ulid } from 'ulid';
import { utcHour } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';

/** A settled entry of a cheap call; say what matters. */
export function ledgerEntry(over: Partial<LedgerEntry> = {}): LedgerEntry {
  const { feature = 'invoice-extractor', template = 'extract', admittedAtMs = Date.UTC(2026, 10, 22, 10, 30) } = over;
  return {
    kind: 'settled',
    requestId: requestIdOf(feature, template, ulid(admittedAtMs)),
    attempt: 1,
    feature,
    template,
    templateVersion: '1',
    owner: 'finance-ops@acme.example',
    team: 'finance',
    model: 'haiku',
    modelId: 'us.test.haiku-v1:0',
    provider: 'bedrock',
    mode: 'on_demand',
    arm: 'cheap',
    escalated: false,
    reason: 'declared_cheap',
    admittedAtMs,
    hour: utcHour(admittedAtMs),
    day: '2026-11-22',
    usage: { ...NO_USAGE, input: 1000, output: 200 },
    unitPrices: { input: 1n, cacheRead: 0n, cacheWrite5m: 1n, cacheWrite1h: 2n, output: 5n },
    priceBook: 'test',
    costPico: 2000n,
    holdPico: 5000n,
    latencyMs: 812,
    stopReason: 'end_turn',
    fingerprint: 'f'.repeat(16),
    prefix: [],
    ...over,
  };
}
