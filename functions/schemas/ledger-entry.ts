import * as z from 'zod';
import { pico } from './pico.ts';

const count = z.int().min(0);
const name = z.string().min(1);

/** Six token counts: input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning. */
const usage = z.tuple([count, count, count, count, count, count]);
/** Five unit prices: input, cacheRead, cacheWrite5m, cacheWrite1h, output. */
const prices = z.tuple([pico, pico, pico, pico, pico]);
const mode = z.enum(['on_demand', 'batch', 'flex']);

/** Version 1 of a stored ledger entry: plain attributes for what people look at, `facts` for the rest. */
export const storedEntry = z.object({
  v: z.literal(1),
  kind: z.enum(['settled', 'assumed', 'correction']),
  requestId: name,
  attempt: count,
  hour: name,
  day: name,
  at: z.int(),
  owner: name,
  team: z.string(),
  run: z.string().optional(),
  model: name,
  cost: pico,
  held: pico,
  facts: z.object({
    tv: z.string(),
    id: name,
    p: name,
    m: mode,
    arm: z.enum(['cheap', 'strong']),
    esc: z.boolean(),
    why: z.string(),
    u: usage,
    up: prices,
    pb: z.string(),
    ms: z.number(),
    stop: z.string(),
    fp: z.string(),
    wr: z.string().optional(),
  }),
});

/** Version 1 of a stored rollup. */
export const storedRollup = z.object({
  v: z.literal(1),
  hour: name,
  day: name,
  feature: name,
  template: name,
  owner: name,
  team: z.string(),
  model: name,
  mode,
  calls: count,
  escalations: count,
  usage,
  cost: pico,
  assumed: pico,
  correction: pico,
});
