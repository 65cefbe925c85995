import type { ModelSettings } from '../../functions/core/settings.ts';
import { idBehind, isArn } from '../prices/bedrock-arn.ts';
import type { ModelShape } from './model-shape.ts';

const PROVIDERS: readonly ModelSettings['provider'][] = ['bedrock', 'google', 'anthropic', 'openai'];

/** `bedrock/us.anthropic.…` apart. RangeError for an id that the schema would have refused. */
export function splitModelId(id: string): { provider: ModelSettings['provider']; modelId: string } {
  const slash = id.indexOf('/');
  const provider = PROVIDERS.find((known) => known === id.slice(0, slash));
  if (provider === undefined) throw new RangeError(`model id without a known provider: ${id}`);
  return { provider, modelId: id.slice(slash + 1) };
}

/** Which model an entry of the configuration means. */
export type NamedModel = Pick<ModelSettings, 'provider' | 'modelId' | 'calledAs'>;

/** An ARN is called as it is; all else goes by the id behind it. That is empty where the configuration does not tell it, which the checks report. */
export function namedModel({ id, base }: Pick<ModelShape, 'id' | 'base'>): NamedModel {
  const { provider, modelId } = splitModelId(id);
  if (provider !== 'bedrock' || !isArn(modelId)) return { provider, modelId };
  return { provider, modelId: idBehind(modelId) ?? idBehind(base ?? '') ?? '', calledAs: modelId };
}
