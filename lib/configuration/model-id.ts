import type { ModelSettings } from '../../functions/core/settings.ts';

const PROVIDERS: readonly ModelSettings['provider'][] = ['bedrock', 'google', 'anthropic', 'openai'];

/** `bedrock/us.anthropic.…` apart. RangeError for an id that the schema would have refused. */
export function splitModelId(id: string): { provider: ModelSettings['provider']; modelId: string } {
  const slash = id.indexOf('/');
  const provider = PROVIDERS.find((known) => known === id.slice(0, slash));
  if (provider === undefined) throw new RangeError(`model id without a known provider: ${id}`);
  return { provider, modelId: id.slice(slash + 1) };
}
