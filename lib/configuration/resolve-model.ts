import type { PriceRow } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { modelFacts } from '../catalog/model-facts.ts';
import { parseBedrockId, withoutDate } from '../prices/model-id.ts';
import { priceRows } from '../prices/price-rows.ts';
import { splitModelId } from './model-id.ts';
import type { ModelShape } from './model-shape.ts';

/** One model with its facts and prices; `prices` is empty when none is known, which the checks report. */
export function resolveModel(name: string, shape: ModelShape): ModelSettings {
  const { provider, modelId } = splitModelId(shape.id);
  const base = provider === 'bedrock' ? parseBedrockId(modelId).base : withoutDate(modelId);
  return {
    name,
    provider,
    modelId,
    prices: shape.price === undefined ? priceRows(provider, modelId) : ownPrices(shape.price),
    ...modelFacts(base),
    ...(shape.apiKeySecret === undefined ? {} : { apiKeySecret: shape.apiKeySecret }),
    ...(shape.baseUrl === undefined ? {} : { baseUrl: shape.baseUrl }),
  };
}

/** USD per million tokens times 10^6 is micro-dollars per million: pico-dollars per token. The schema allows at most 6 decimals. */
const pico = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1e6));

function ownPrices(price: NonNullable<ModelShape['price']>): PriceRow[] {
  const origin = { from: '2020-01-01', asOf: '2020-01-01', source: 'spillway.yaml' };
  const { input, output, cacheRead = input, cacheWrite5m = input, cacheWrite1h = cacheWrite5m, batch } = price;
  const meters = {
    input: pico(input),
    output: pico(output),
    cacheRead: pico(cacheRead),
    cacheWrite5m: pico(cacheWrite5m),
    cacheWrite1h: pico(cacheWrite1h),
  };
  const onDemand: PriceRow = { ...origin, mode: 'on_demand', prices: meters };
  if (batch === undefined) return [onDemand];
  const of = pico(batch.input);
  const batchMeters = { input: of, output: pico(batch.output), cacheRead: of, cacheWrite5m: of, cacheWrite1h: of };
  return [onDemand, { ...origin, mode: 'batch', prices: batchMeters }];
}
