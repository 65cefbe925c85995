/** What a model can do, apart from its price. */
export type ModelFacts = {
  /** Smallest prefix that the prompt cache takes, tokens: a shorter one is silently not cached. */
  readonly cacheMinTokens: number;
  /** Cache points that a request may carry; 0 where the model refuses them. */
  readonly cacheMaxPoints: number;
  readonly maxOutputTokens: number;
  /** Fields of `inferenceConfig` that the model refuses. */
  readonly rejectedParameters: readonly string[];
  /** Fewest records that Bedrock takes in one batch job: a quota per model, adjustable for some. */
  readonly batchMinRecords: number;
};

type Row = { readonly models: RegExp; readonly asOf: string; readonly source: string } & Partial<ModelFacts>;

const CACHING = 'Bedrock user guide, prompt caching (newest edition)';
const SAMPLING = ['temperature', 'topP'];

/** The careful answer for a model that no row knows. */
const UNKNOWN: ModelFacts = {
  cacheMinTokens: 4096,
  cacheMaxPoints: 4,
  maxOutputTokens: 4096,
  rejectedParameters: [],
  batchMinRecords: 100,
};

/** Matched against the id without region prefix, date and version. Every row that matches adds its facts; the last one wins. */
const ROWS: readonly Row[] = [
  { models: /claude/, maxOutputTokens: 64_000, asOf: '2026-11-22', source: 'Anthropic model overview: 64k for 4.5 and newer' },
  { models: /claude-opus-4(-0|-1)?$/, maxOutputTokens: 32_000, asOf: '2026-10-09', source: 'AWS model card, Claude Opus 4.1' },
  { models: /claude-3/, maxOutputTokens: 4_096, asOf: '2026-11-22', source: 'Anthropic model overview' },
  { models: /claude-(fable-5|fable-5-1|opus-5|sonnet-5-5)$/, cacheMinTokens: 512, asOf: '2026-11-22', source: CACHING },
  { models: /claude-(opus-4-8|sonnet-5|sonnet-4-6|sonnet-4-5|3-7-sonnet)$/, cacheMinTokens: 1024, asOf: '2026-11-22', source: CACHING },
  { models: /claude-(opus-4-5|opus-4-6|opus-4-7|haiku-4-5)$/, cacheMinTokens: 4096, asOf: '2026-11-22', source: CACHING },
  {
    models: /claude-(fable-5|fable-5-1|opus-5-5|sonnet-5-5|haiku-5-5)$/,
    rejectedParameters: SAMPLING,
    asOf: '2026-10-10',
    source: 'probe of the models: sampling parameters are refused',
  },
  { models: /^amazon\.nova-/, maxOutputTokens: 10_000, asOf: '2026-11-22', source: 'Nova user guide' },
  { models: /^amazon\.nova-(lite|micro|2-lite)$/, cacheMinTokens: 1536, asOf: '2026-08-01', source: 'AWS agent toolkit, model cards' },
  { models: /^amazon\.nova-pro$/, cacheMinTokens: 1024, asOf: '2026-08-01', source: 'AWS agent toolkit, model cards' },
  { models: /^meta\./, cacheMaxPoints: 0, maxOutputTokens: 8_192, asOf: '2026-11-22', source: `${CACHING}: Llama is not listed` },
  {
    models: /^(mistral|deepseek|qwen|openai|google|nvidia|writer|moonshot|moonshotai|zai|minimax|xai)\./,
    ...{ cacheMaxPoints: 0, maxOutputTokens: 8_192, asOf: '2026-11-22', source: `${CACHING}: not listed for Converse` },
  },
  {
    models: /^gemini-/,
    cacheMaxPoints: 0,
    maxOutputTokens: 65_536,
    asOf: '2026-11-22',
    source: 'Gemini API model pages: caching is implicit',
  },
  { models: /^gpt-/, cacheMaxPoints: 0, maxOutputTokens: 128_000, asOf: '2026-11-22', source: 'OpenAI model pages: caching is implicit' },
];

/** Facts about the model of this base id; careful defaults where nothing is known. */
export function modelFacts(base: string): ModelFacts {
  let facts = UNKNOWN;
  for (const { models, asOf: _asOf, source: _source, ...known } of ROWS) if (models.test(base)) facts = { ...facts, ...known };
  return facts;
}

/** Whether any row knows the model's longest output. */
export const knowsOutputOf = (base: string): boolean => ROWS.some((row) => row.maxOutputTokens !== undefined && row.models.test(base));
