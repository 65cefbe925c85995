import { findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import type { BookMeters, BookRow, PriceBook } from './price-book.ts';

/** Their provider id: ours. */
const PROVIDERS = { aws: 'bedrock', anthropic: 'anthropic', google: 'google', openai: 'openai' } as const;
/** A price without a date holds from here on. */
const ALWAYS = '2020-01-01';

const METERS = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite5m: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
} as const;

/** Their lists also have models that cannot be called at the vendor's own address, at another seller's price. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = { google: /^claude-/, openai: /^gpt-oss-/ };
/** A model that answers in sound or pictures costs more than its text tokens say. */
const OTHER_OUTPUT = /^output_(audio|image|video)_mtok$/;

/**
 * The slim book: text-token prices of the four vendors, in whole micro-dollars per million tokens. Left out: models without an output
 * price, and those that answer in sound or pictures. RangeError when two of their models would get one name.
 */
export function generatePriceBook(source: { package: string; asOf: string }): PriceBook {
  const providers = Object.fromEntries(
    Object.entries(PROVIDERS).map(([theirs, ours]) => {
      const models = findProvider({ providerId: theirs })?.models ?? [];
      const rows = models
        .filter(({ id }) => ELSEWHERE[ours]?.test(id) !== true)
        .map((model) => [model.id.replace(/-latest$/, ''), rowsOf(model)] as const)
        .filter(([, found]) => found.length > 0);
      const twice = rows.find(([id], at) => rows.slice(0, at).some(([earlier]) => earlier === id));
      if (twice !== undefined) throw new RangeError(`${ours} has two models ${twice[0]}`);
      return [ours, Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)))];
    }),
  );
  return { generatedFrom: source.package, asOf: source.asOf, providers };
}

function rowsOf(model: ModelInfo): [BookRow, ...BookRow[]] | [] {
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const rows = dated.flatMap(({ constraint, prices }) => {
    if (constraint !== undefined && constraint.type !== 'start_date')
      throw new RangeError(`${model.id}: prices by time of day are not supported`);
    if (Object.keys(prices).some((meter) => OTHER_OUTPUT.test(meter))) return [];
    const base = metersAt(prices, 'base');
    if (base === undefined) return [];
    const aboveTokens = longPromptStart(model.id, prices);
    const long = aboveTokens === undefined ? undefined : metersAt(prices, 'long');
    const row = { from: constraint?.start_date ?? ALWAYS, ...base };
    return [long === undefined || aboveTokens === undefined ? row : { ...row, longPrompt: { aboveTokens, ...long } }];
  });
  const [first, ...rest] = rows;
  return first === undefined ? [] : [first, ...rest];
}

/** Their 271,999 reads OpenAI's table, "<272K", by the letter; OpenAI's model pages and AWS's model cards say "more than 272K". */
const AS_STATED: Readonly<Record<number, number>> = { 271999: 272_000 };

/** Their tiers apply to every token of a request whose prompt is longer than `start`. */
function longPromptStart(id: string, prices: ModelPrice): number | undefined {
  const starts = new Set(
    Object.values(METERS).flatMap((meter) => (typeof prices[meter] === 'object' ? prices[meter].tiers.map((tier) => tier.start) : [])),
  );
  if (starts.size > 1) throw new RangeError(`${id}: more than one long-prompt tier is not supported`);
  const [start] = starts;
  return start === undefined ? undefined : (AS_STATED[start] ?? start);
}

function metersAt(prices: ModelPrice, tier: 'base' | 'long'): BookMeters | undefined {
  const at = (meter: string): number | undefined => {
    const price = prices[meter];
    if (price === undefined) return undefined;
    return wholeMicro(typeof price === 'number' ? price : tier === 'base' ? price.base : (price.tiers[0]?.price ?? price.base));
  };
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = METERS;
  const [inputPrice, outputPrice] = [at(input), at(output)];
  if (inputPrice === undefined || outputPrice === undefined) return undefined;
  const cache = { cacheRead: at(cacheRead), cacheWrite5m: at(cacheWrite5m), cacheWrite1h: at(cacheWrite1h) };
  const known = Object.entries(cache).filter(([, price]) => price !== undefined);
  return { input: inputPrice, output: outputPrice, ...Object.fromEntries(known) };
}

/** Their prices are floats in USD per million; ours are whole micro-dollars. More decimals than that would lose money silently. */
function wholeMicro(usdPerMillion: number): number {
  const micro = Math.round(usdPerMillion * 1e6);
  if (Math.abs(usdPerMillion * 1e6 - micro) > 1e-4)
    throw new RangeError(`price ${usdPerMillion} is finer than a micro-dollar per million tokens`);
  return micro;
}
