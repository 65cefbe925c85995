import type { LedgerEntry } from './ledger.ts';
import { picoToUsd } from './money.ts';

/**
 * The file of one UTC hour's entries: written again under the same key when the hour is. `utc_day=` is a partition as Athena reads it, named unlike
 * any field of the lines.
 */
export const exportKey = (hour: string): string => `exports/ledger/utc_day=${hour.slice(0, 10)}/${hour.slice(11)}.jsonl.gz`;

/**
 * One entry as a line of JSON, whole: when the entry expires, this is what is left of it. Money is exact decimal USD. Equal entries make equal lines;
 * fields without a value are left out.
 */
export const exportLine = (entry: LedgerEntry): string => `${JSON.stringify({ ...who(entry), ...what(entry), ...cost(entry) })}\n`;

const who = (entry: LedgerEntry) => ({
  request_id: entry.requestId,
  attempt: entry.attempt,
  kind: entry.kind,
  admitted_at: new Date(entry.admittedAtMs).toISOString(),
  local_day: entry.day,
  feature: entry.feature,
  template: entry.template,
  template_version: entry.templateVersion,
  owner: entry.owner,
  team: entry.team,
  run: entry.run,
});

const what = (entry: LedgerEntry) => ({
  model: entry.model,
  model_id: entry.modelId,
  answered_by: entry.answeredBy,
  provider: entry.provider,
  mode: entry.mode,
  arm: entry.arm,
  escalated: entry.escalated,
  reason: entry.reason,
  latency_ms: entry.latencyMs,
  stop_reason: entry.stopReason,
  would_refuse: entry.wouldRefuse,
  fingerprint: entry.fingerprint,
  prefix: entry.prefix,
});

const cost = ({ usage, unitPrices, ...entry }: LedgerEntry) => ({
  input_tokens: usage.input,
  cache_read_tokens: usage.cacheRead,
  cache_write_5m_tokens: usage.cacheWrite5m,
  cache_write_1h_tokens: usage.cacheWrite1h,
  output_tokens: usage.output,
  reasoning_tokens: usage.reasoning,
  seen_output_tokens: entry.seenOutputTokens,
  input_usd_per_token: picoToUsd(unitPrices.input),
  cache_read_usd_per_token: picoToUsd(unitPrices.cacheRead),
  cache_write_5m_usd_per_token: picoToUsd(unitPrices.cacheWrite5m),
  cache_write_1h_usd_per_token: picoToUsd(unitPrices.cacheWrite1h),
  output_usd_per_token: picoToUsd(unitPrices.output),
  price_book: entry.priceBook,
  hold_usd: picoToUsd(entry.holdPico),
  cost_usd: picoToUsd(entry.costPico),
});
