import type { ModelSettings } from '../../functions/core/settings.ts';
import { modelFacts } from '../catalog/model-facts.ts';
import { parseBedrockId, withoutDate } from '../prices/model-id.ts';
import { priceRows, withImplicitWrites } from '../prices/price-rows.ts';
import { type NamedModel, namedModel } from './model-id.ts';
import type { ModelShape } from './model-shape.ts';
import { ownPrices } from './own-prices.ts';

/** The id without region prefix, date and version: what the catalog goes by. */
export const baseOf = ({ provider, modelId }: NamedModel): string =>
  provider === 'bedrock' ? parseBedrockId(modelId).base : withoutDate(modelId);

/** One model with its facts and prices; `prices` is empty when none is known, which the checks report. */
export function resolveModel(name: string, shape: ModelShape): ModelSettings {
  const model = namedModel(shape);
  const base = baseOf(model);
  const { price } = shape;
  return {
    name,
    ...model,
    prices: price === undefined ? priceRows(model.provider, model.modelId) : withImplicitWrites(ownPrices(price), model.provider, base),
    ...modelFacts(base),
    ...(shape.apiKeySecret === undefined ? {} : { apiKeySecret: shape.apiKeySecret }),
    ...(shape.baseUrl === undefined ? {} : { baseUrl: shape.baseUrl }),
  };
}
