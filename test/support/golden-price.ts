import { PRICE_MODES, type PriceMode, type UnitPrices } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import type { Usage } from '../../functions/core/usage.ts';
import type { ModelShape } from '../../lib/configuration/model-shape.ts';
import { resolveModel } from '../../lib/configuration/resolve-model.ts';

/** One usage of one model on one day in one mode, and what it costs: the reference for everything that prices or adds up. */
export type GoldenPrice = {
  readonly provider: ModelSettings['provider'];
  /** As a configuration names it, without the provider. */
  readonly id: string;
  readonly base?: string;
  readonly own?: ModelShape['price'];
  readonly mode: PriceMode;
  readonly at: string;
  readonly usage: Usage;
  /** Pico-dollars per token: what the vendor prints, or `own` says. */
  readonly unitPrices: UnitPrices;
  /** Exact. */
  readonly costUsd: string;
  /** The arithmetic, in millionths of a dollar. */
  readonly because: string;
};

/** When the prices of the tables were looked at. */
export const GOLDEN_NOW = '2026-11-22T12:00:00Z';

type Shared = Pick<GoldenPrice, 'base' | 'own'>;

/** Rows of `provider/id | mode | instant or now | tokens | USD per million | cost | note`. */
export const table = (text: string, shared: Shared = {}): GoldenPrice[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) =>
      golden(
        line.split('|').map((cell) => cell.trim()),
        shared,
      ),
    );

function golden(
  [name = '', modeText = '', at = '', tokens = '', usd = '', costUsd = '', note = '']: readonly string[],
  shared: Shared,
): GoldenPrice {
  const mode = PRICE_MODES.find((known) => known === modeText);
  const provider = (['bedrock', 'google', 'anthropic', 'openai'] as const).find((known) => name.startsWith(`${known}/`));
  if (mode === undefined || provider === undefined) throw new RangeError(`not a golden price: ${name} ${modeText}`);
  const counts = tokens.split(' ').map(Number);
  const prices = usd.split(' ');
  const products = counts.slice(0, 5).flatMap((count, at) => (count === 0 ? [] : [`${count.toLocaleString('en')} x ${prices[at]}`]));
  return {
    ...shared,
    ...{ provider, id: name.slice(provider.length + 1), mode, at: at === 'now' ? GOLDEN_NOW : at },
    usage: usageOf(counts),
    unitPrices: unitPricesOf(prices),
    costUsd,
    because: `${products.join(' + ')}${note === '' ? '' : `; ${note}`}`,
  };
}

const usageOf = ([input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0, reasoning = 0]: readonly number[]): Usage => ({
  ...{ input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning },
});

/** The digits of at most six decimals, read as a whole number: no floating point. */
function pico(usdPerMillion = ''): bigint {
  const [whole = '', fraction = ''] = usdPerMillion.split('.');
  if (!/^\d{0,6}$/.test(fraction)) throw new RangeError(`not a price of at most 6 decimals: ${usdPerMillion}`);
  return BigInt(whole + fraction.padEnd(6, '0'));
}

const unitPricesOf = ([input, cacheRead, cacheWrite5m, cacheWrite1h, output]: readonly string[]): UnitPrices => ({
  input: pico(input),
  cacheRead: pico(cacheRead),
  cacheWrite5m: pico(cacheWrite5m),
  cacheWrite1h: pico(cacheWrite1h),
  output: pico(output),
});

/** The row's model as a configuration resolves it, under a name of the caller's. */
export const goldenModel = (name: string, { provider, id, base, own }: GoldenPrice): ModelSettings =>
  resolveModel(name, {
    id: `${provider}/${id}`,
    ...(base === undefined ? {} : { base }),
    ...(own === undefined ? {} : { price: own }),
    ...(provider === 'bedrock' ? {} : { apiKeySecret: 'key' }),
  });
