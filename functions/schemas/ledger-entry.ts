import * as z from 'zod';
import { PRICE_MODES } from '../core/price-book.ts';
import { pico } from './pico.ts';

const count = z.int().min(0);
const name = z.string().min(1);

/** Six token counts: input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning. */
const usage = z.tuple([count, count, count, count, count, count]);
/** Five unit prices: input, cacheRead, cacheWrite5m, cacheWrite1h, output. */
const price = count.transform((perToken) => BigInt(perToken));
const prices = z.tuple([price, price, price, price, price]);
const mode = z.enum(PRICE_MODES);
/** Unit price and tokens. */
const charges = z.array(z.tuple([pico, count]));

/** What people seldom look at, by place and not by name: an entry with the longest names must stay one write unit. */
const facts = z.tuple([
  z.string().describe('templateVersion'),
  name.describe('modelId'),
  z.string().describe('answeredBy, or empty'),
  name.describe('provider'),
  mode,
  z.enum(['cheap', 'strong']),
  z.literal([0, 1]).describe('escalated'),
  z.string().describe('reason'),
  usage,
  count.nullable().describe('seenOutputTokens'),
  prices,
  z.string().describe('priceBook'),
  z.number().describe('latencyMs'),
  z.string().describe('stopReason'),
  z.string().describe('fingerprint'),
  z.string().describe('prefix, joined'),
  z.string().describe('wouldRefuse, or empty'),
]);

/** What `facts` holds when written, with unit prices as numbers (they are far below 2^53), and when read. */
export type StoredFacts = z.input<typeof facts>;
export type ReadFacts = z.output<typeof facts>;

/** Version 2 of a stored ledger entry: plain attributes for what people look at; its request, attempt, instant and hour are its key. */
export const storedEntry = z.object({
  v: z.literal(2),
  kind: z.enum(['settled', 'assumed', 'correction']),
  day: name,
  owner: name,
  team: z.string(),
  run: z.string().optional(),
  model: name,
  cost: pico,
  held: pico,
  facts,
});

/** Version 2 of a stored rollup. */
export const storedRollup = z.object({
  v: z.literal(2),
  hour: name,
  day: name,
  feature: name,
  template: name,
  owner: name,
  team: z.string(),
  model: name,
  provider: name,
  modelId: name,
  mode,
  calls: count,
  escalations: count,
  usage,
  /** By meter, in the order of `prices`. */
  charges: z.tuple([charges, charges, charges, charges, charges]),
  cost: pico,
  assumed: pico,
  correction: pico,
});
