import type { Rollup } from '../rollup.ts';

/** Who sells a model's tokens, under which name, and who makes it. */
export type Seller = { readonly provider: string; readonly service: string; readonly publisher: string };

const UNKNOWN: Seller = { provider: 'Unknown', service: 'Unknown', publisher: 'Unknown' };

/** The vendor part of Bedrock's model ids, as written by the vendor. A vendor that is not here is shown as AWS, which serves it. */
const VENDORS: Readonly<Record<string, string>> = {
  ai21: 'AI21 Labs',
  amazon: 'Amazon',
  anthropic: 'Anthropic',
  cohere: 'Cohere',
  deepseek: 'DeepSeek',
  google: 'Google',
  meta: 'Meta',
  minimax: 'MiniMax',
  mistral: 'Mistral AI',
  moonshot: 'Moonshot AI',
  moonshotai: 'Moonshot AI',
  nvidia: 'NVIDIA',
  openai: 'OpenAI',
  qwen: 'Qwen',
  writer: 'Writer',
  zai: 'Z.ai',
};

/** `AWS` and `Amazon Bedrock` are spelled as in AWS's own FOCUS export. The entry of a call whose model had left the configuration has no known seller. */
export function sellerOf({ provider, modelId }: Pick<Rollup, 'provider' | 'modelId'>, baseUrl?: string): Seller {
  switch (provider) {
    case 'bedrock': {
      const vendor = modelId.split(/[./]/).find((part) => Object.hasOwn(VENDORS, part));
      return { provider: 'AWS', service: 'Amazon Bedrock', publisher: VENDORS[vendor ?? ''] ?? 'AWS' };
    }
    case 'google':
      return { provider: 'Google', service: 'Gemini API', publisher: 'Google' };
    case 'anthropic':
      return { provider: 'Anthropic', service: 'Claude API', publisher: 'Anthropic' };
    case 'openai': {
      if (baseUrl === undefined) return { provider: 'OpenAI', service: 'OpenAI API', publisher: 'OpenAI' };
      const host = new URL(baseUrl).host;
      return { provider: host, service: host, publisher: host };
    }
    default:
      return UNKNOWN;
  }
}
