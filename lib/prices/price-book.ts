import { z } from 'zod';
import { byName } from '../../functions/schemas/by-name.ts';
import generated from './price-book.json' with { type: 'json' };

const micro = z.int().nonnegative();
const meters = z.object({
  input: micro,
  output: micro,
  cacheRead: micro.exactOptional(),
  cacheWrite5m: micro.exactOptional(),
  cacheWrite1h: micro.exactOptional(),
});

/** Micro-dollars per million tokens, which is pico-dollars per token. Absent meters are the overlay's business. */
export type BookMeters = z.infer<typeof meters>;

const bookRow = meters.extend({ from: z.iso.date(), longPrompt: meters.extend({ aboveTokens: micro }).exactOptional() });

/** On-demand prices of one model from a UTC day on. */
export type BookRow = z.infer<typeof bookRow>;

/** What `npm run prices` writes. */
export const priceBookSchema = z.object({
  generatedFrom: z.string(),
  asOf: z.iso.date(),
  providers: byName(byName(z.array(bookRow).nonempty())),
});
export type PriceBook = z.infer<typeof priceBookSchema>;

/** The generated price book. Read at synth only; functions get the rows of their own models. */
export const priceBook: PriceBook = priceBookSchema.parse(generated);
