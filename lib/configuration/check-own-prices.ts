import { findPrice, PRICE_MODES, type PriceMode, type PriceRow } from '../../functions/core/price-book.ts';
import type { ConfigurationPath, Finding } from './configuration-problem.ts';
import { namedModel } from './model-id.ts';
import type { ModelShape } from './model-shape.ts';
import { datedPrices, modePriceOf } from './own-prices.ts';
import type { DatedPriceShape, MetersShape } from './price-shape.ts';

/** The configuration's own prices of a model: in force today, in order, and 0 only where that is meant. */
export function checkOwnPrices(name: string, model: ModelShape, rows: readonly PriceRow[], nowMs: number): Finding[] {
  const { price, baseUrl } = model;
  if (price === undefined) return [];
  const path = ['models', name, 'price'];
  const all = datedPrices(price);
  const each = all.flatMap((dated, at) => {
    const own = Array.isArray(price) ? [...path, at] : path;
    return dated.free === true ? checkFree(own, dated, baseUrl) : zeros(own, dated);
  });
  const today = findPrice(rows, 'on_demand', nowMs) === undefined ? [noneToday(path, all)] : [];
  return [...each, ...checkList(path, all), ...cacheMeters(name, model), ...today];
}

/** The meters whose default, the input price, is known to be wrong for Claude: writes cost more than input and reads far less. */
const CACHE_METERS = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** Without its own prices a Claude's cache would be booked at a wrong one, and nobody would see it before the bill. */
function cacheMeters(name: string, model: ModelShape): Finding[] {
  const { price } = model;
  if (price === undefined || !/claude/.test(namedModel(model).modelId)) return [];
  return datedPrices(price).flatMap((dated, at) => {
    const path: ConfigurationPath = Array.isArray(price) ? ['models', name, 'price', at] : ['models', name, 'price'];
    const [first] = said(path, dated).flatMap(([place, prices]) => {
      const missing = CACHE_METERS.filter((meter) => prices[meter] === undefined);
      return missing.length === 0 ? [] : [{ place, missing }];
    });
    if (first === undefined) return [];
    const message = `no price of ${first.missing.join(', ')}: booked at the input price, which is not what Claude’s cache costs`;
    return [{ path: first.place, severity: 'warning', message, allowed: 'your price of each of them' }];
  });
}

const noneToday = (path: ConfigurationPath, all: readonly DatedPriceShape[]): Finding => ({
  path,
  message: `no price holds today: the first begins on ${all.flatMap(({ from }) => from ?? []).sort()[0]}`,
  allowed: 'one more price, from an earlier day or without from',
});

/** An entry holds until the next: two of one day contradict each other, and a mode that one leaves out would keep its older price. */
function checkList(path: ConfigurationPath, all: readonly DatedPriceShape[]): Finding[] {
  const twice = all.flatMap(({ from }, at) =>
    all.findIndex((other) => other.from === from) < at
      ? [
          {
            path: [...path, at, 'from'],
            message: `two prices begin ${from === undefined ? 'without a day' : `on ${from}`}`,
            allowed: 'a day each',
          },
        ]
      : [],
  );
  const named = PRICE_MODES.filter((mode) => all.some((dated) => modePriceOf(dated, mode) !== undefined));
  const missing = all.flatMap((dated, at) =>
    named
      .filter((mode) => modePriceOf(dated, mode) === undefined)
      .map(
        (mode): Finding => ({ path: [...path, at], message: `has no ${mode} price, unlike the others`, allowed: 'the same modes in each' }),
      ),
  );
  return [...twice, ...missing];
}

/** What one entry says, mode by mode, with where it says it. */
const said = (path: ConfigurationPath, dated: DatedPriceShape): readonly [ConfigurationPath, MetersShape][] =>
  PRICE_MODES.flatMap((mode): [ConfigurationPath, MetersShape][] => {
    const prices = modePriceOf(dated, mode);
    if (prices === undefined) return [];
    const at = placeOf(path, mode);
    return [
      [at, prices],
      ...(prices.longPrompt === undefined ? [] : [[[...at, 'longPrompt'], prices.longPrompt] satisfies [ConfigurationPath, MetersShape]]),
    ];
  });

const placeOf = (path: ConfigurationPath, mode: PriceMode): ConfigurationPath => (mode === 'on_demand' ? path : [...path, mode]);

/** A 0 left from a template would make every cap blind: it has to be said twice. Cached input may cost 0 where plain input does not. */
function zeros(path: ConfigurationPath, dated: DatedPriceShape): Finding[] {
  return said(path, dated).flatMap(([at, prices]) =>
    (['input', 'output'] as const)
      .filter((meter) => prices[meter] === 0)
      .map(
        (meter): Finding => ({
          path: [...at, meter],
          message: 'a price of 0: no cap would ever stop this model',
          allowed: 'what a token costs you, hardware included; or free: true beside it, for a server of your own (baseUrl)',
        }),
      ),
  );
}

function checkFree(path: ConfigurationPath, dated: DatedPriceShape, baseUrl: string | undefined): Finding[] {
  const at = [...path, 'free'];
  if (baseUrl === undefined) return [{ path: at, message: 'only a server of your own is free', allowed: 'baseUrl, or the vendor’s price' }];
  const priced = said(path, dated).some(([, { input, output }]) => input !== 0 || output !== 0);
  return priced ? [{ path: at, message: 'free, and yet it has a price', allowed: 'input: 0 and output: 0, or no free' }] : [];
}
