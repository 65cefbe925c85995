/** What the stand-in knows of a model. Sources: facts of the Bedrock user guide, November 2026; only what changes answers is here. */
export type StandInModel = {
  /** The foundation model's id, without the region prefix of a profile. */
  readonly id: string;
  /** Smallest prefix that a cache point stores, in tokens. Undefined: the model has no prompt caching. */
  readonly cacheMinTokens: number | undefined;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Callable only through an inference profile (`us.`, `global.`, an application profile). */
  readonly profileOnly: boolean;
  readonly batch: boolean;
};

type Family = Omit<StandInModel, 'id'> & { readonly pattern: RegExp };

const claude = { contextTokens: 200_000, maxOutputTokens: 64_000, profileOnly: true, batch: true };
const nova = { contextTokens: 300_000, maxOutputTokens: 10_000, profileOnly: false, batch: true };
const open = { contextTokens: 128_000, maxOutputTokens: 8_192, profileOnly: false, batch: true, cacheMinTokens: undefined };

const FAMILIES: readonly Family[] = [
  { pattern: /^anthropic\.claude-(fable|mythos|sonnet-5-5|opus-5$|opus-5-5|haiku-5)/, ...claude, cacheMinTokens: 512, batch: false },
  { pattern: /^anthropic\.claude-(sonnet-5|opus-4-[78])/, ...claude, cacheMinTokens: 1_024, batch: false },
  { pattern: /^anthropic\.claude-(sonnet-4|3-7-sonnet)/, ...claude, cacheMinTokens: 1_024 },
  { pattern: /^anthropic\.claude-(opus-4|haiku-4)/, ...claude, cacheMinTokens: 4_096 },
  { pattern: /^anthropic\.claude-/, ...claude, cacheMinTokens: 4_096 },
  { pattern: /^amazon\.nova-(lite|micro)/, ...nova, cacheMinTokens: 1_536 },
  { pattern: /^amazon\.nova-/, ...nova, cacheMinTokens: 1_024 },
  {
    pattern: /^(meta\.llama|mistral\.|deepseek\.|openai\.|qwen\.|moonshot(ai)?\.|zai\.|google\.|minimax\.|nvidia\.|writer\.|xai\.)/,
    ...open,
  },
];

/** What the id of a cross-region inference profile starts with. */
export const GEOGRAPHY = /^(us-gov|us|eu|apac|jp|au|ca|in|sa|mx|global)\./;
const ARN = /^arn:[^:]+:bedrock:[^:]*:[^:]*:(foundation-model|inference-profile)\/(.+)$/;

/** The model that an id, an inference profile's id, or the ARN of either names; undefined when Bedrock has none of that name. */
export function findModel(idOrArn: string): { readonly model: StandInModel; readonly throughProfile: boolean } | undefined {
  const named = ARN.exec(idOrArn)?.[2] ?? idOrArn;
  const id = named.replace(GEOGRAPHY, '');
  const family = FAMILIES.find(({ pattern }) => pattern.test(id));
  if (family === undefined || id.includes('latest') || !/^[a-z0-9.:-]+$/.test(id)) return undefined;
  const { pattern: _, ...facts } = family;
  return { model: { id, ...facts }, throughProfile: named !== id };
}
