import { findPrice, STALE_AFTER_DAYS } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { stalePrices } from '../../functions/core/stale-prices.ts';
import { parseBedrockId, withoutDate, withoutVersion } from '../prices/model-id.ts';
import { OVERLAY } from '../prices/overlay.ts';
import { priceBook } from '../prices/price-book.ts';
import { checkOwnPrices } from './check-own-prices.ts';
import type { Finding } from './configuration-problem.ts';
import { namedModel } from './model-id.ts';
import type { ModelShape } from './model-shape.ts';
import { nearestName } from './nearest-name.ts';
import { resolveModel } from './resolve-model.ts';

/** A model has a price today, never nothing; and one that somebody has looked at lately. */
export function checkPrices(name: string, model: ModelShape, { region, nowMs }: { region: string; nowMs: number }): Finding[] {
  const resolved = resolveModel(name, model);
  const { prices } = resolved;
  if (model.price !== undefined) return [...checkOwnPrices(name, model, prices, nowMs), ...stale(resolved, model, nowMs)];
  const { provider, modelId } = namedModel(model);
  // What has no model, or only a floating one, is reported as that.
  if (modelId === '' || /latest/i.test(modelId)) return [];
  // A profile that does not fit the region is reported as that.
  const elsewhere = provider === 'bedrock' && parseBedrockId(modelId).prefix === '' && /^(us-gov|cn)-/.test(region);
  if (!elsewhere && findPrice(prices, 'on_demand', nowMs) !== undefined) return stale(resolved, model, nowMs);
  const message = `no price is known for ${modelId}${elsewhere ? ` in ${region}` : ''}, and an unpriced model is never called`;
  return [{ path: ['models', name, model.base === undefined ? 'id' : 'base'], message, allowed: unpricedHint(name, provider, modelId) }];
}

/** One warning a model, for the price in force that was read longest ago. */
function stale(resolved: ModelSettings, { price }: ModelShape, nowMs: number): Finding[] {
  const { name } = resolved;
  const [found] = stalePrices({ models: { [name]: resolved } }, nowMs);
  if (found === undefined) return [];
  const own = price !== undefined;
  return [
    {
      path: ['models', name, own ? 'price' : 'id'],
      severity: 'warning',
      message: `its price was read on ${found.asOf}, more than ${STALE_AFTER_DAYS} days ago`,
      allowed: own ? 'the price as it is now, with the day as asOf' : `npm run prices, or models.${name}.price`,
    },
  ];
}

function unpricedHint(name: string, provider: string, modelId: string): string {
  const ids = new Map(pricedIds(provider).map((id) => [shortName(id), id]));
  const near = ids.get(nearestName(shortName(modelId), [...ids.keys()]) ?? '');
  return `a priced model${near === undefined ? '' : ` (did you mean ${near}?)`}, or your own price: models.${name}.price: { input: USD per million tokens, output: ... }`;
}

/** Ids as people write them: the book says `regional.` of what is called `us.`, `eu.`, ... */
const pricedIds = (provider: string): readonly string[] => [
  ...OVERLAY.newer.filter((newer) => newer.provider === provider).map(({ model, of }) => (of === 'global' ? `us.${model}` : model)),
  ...Object.keys(priceBook.providers[provider] ?? {}).map((id) => id.replace(/^regional\./, 'us.')),
];

/** What is read of an id: dates and versions are long, and nobody misspells only them. */
const shortName = (id: string): string => withoutDate(withoutVersion(id));
