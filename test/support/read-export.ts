import { z } from 'zod';
import { utcHour } from '../../functions/core/calendar.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { PRICE_MODES } from '../../functions/core/price-book.ts';

const usd = z.string().transform(usdToPico);

/** A line of the ledger's export, strictly: a field that nobody knows is an error. */
const line = z.strictObject({
  request_id: z.string(),
  attempt: z.int(),
  kind: z.enum(['settled', 'assumed', 'correction']),
  admitted_at: z.iso.datetime(),
  local_day: z.iso.date(),
  feature: z.string(),
  template: z.string(),
  template_version: z.string(),
  owner: z.string(),
  team: z.string(),
  run: z.string().exactOptional(),
  model: z.string(),
  model_id: z.string(),
  answered_by: z.string().exactOptional(),
  provider: z.string(),
  mode: z.enum(PRICE_MODES),
  arm: z.enum(['cheap', 'strong']),
  escalated: z.boolean(),
  reason: z.string(),
  latency_ms: z.number(),
  stop_reason: z.string(),
  would_refuse: z.string().exactOptional(),
  fingerprint: z.string(),
  prefix: z.array(z.string()),
  input_tokens: z.int(),
  cache_read_tokens: z.int(),
  cache_write_5m_tokens: z.int(),
  cache_write_1h_tokens: z.int(),
  output_tokens: z.int(),
  reasoning_tokens: z.int(),
  seen_output_tokens: z.int().exactOptional(),
  input_usd_per_token: usd,
  cache_read_usd_per_token: usd,
  cache_write_5m_usd_per_token: usd,
  cache_write_1h_usd_per_token: usd,
  output_usd_per_token: usd,
  price_book: z.string(),
  hold_usd: usd,
  cost_usd: usd,
});

/** The entry that a line was made of: nothing of it is lost. */
export function entryOfLine(text: string): LedgerEntry {
  const read = line.parse(JSON.parse(text));
  const admittedAtMs = Date.parse(read.admitted_at);
  return {
    ...{ kind: read.kind, requestId: read.request_id, attempt: read.attempt, feature: read.feature, template: read.template },
    ...{ templateVersion: read.template_version, owner: read.owner, team: read.team, model: read.model, modelId: read.model_id },
    ...(read.run === undefined ? {} : { run: read.run }),
    ...(read.answered_by === undefined ? {} : { answeredBy: read.answered_by }),
    ...(read.would_refuse === undefined ? {} : { wouldRefuse: read.would_refuse }),
    ...(read.seen_output_tokens === undefined ? {} : { seenOutputTokens: read.seen_output_tokens }),
    ...{ provider: read.provider, mode: read.mode, arm: read.arm, escalated: read.escalated, reason: read.reason },
    ...{ admittedAtMs, hour: utcHour(admittedAtMs), day: read.local_day },
    usage: {
      ...{ input: read.input_tokens, cacheRead: read.cache_read_tokens, output: read.output_tokens, reasoning: read.reasoning_tokens },
      ...{ cacheWrite5m: read.cache_write_5m_tokens, cacheWrite1h: read.cache_write_1h_tokens },
    },
    unitPrices: {
      ...{ input: read.input_usd_per_token, cacheRead: read.cache_read_usd_per_token, output: read.output_usd_per_token },
      ...{ cacheWrite5m: read.cache_write_5m_usd_per_token, cacheWrite1h: read.cache_write_1h_usd_per_token },
    },
    ...{ priceBook: read.price_book, costPico: read.cost_usd, holdPico: read.hold_usd, latencyMs: read.latency_ms },
    ...{ stopReason: read.stop_reason, fingerprint: read.fingerprint, prefix: read.prefix },
  };
}

export const entriesOfFile = (text: string | undefined): LedgerEntry[] =>
  (text ?? '')
    .split('\n')
    .filter((each) => each !== '')
    .map(entryOfLine);
