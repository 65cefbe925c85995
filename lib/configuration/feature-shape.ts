import { z } from 'zod';
import { byName } from '../../functions/schemas/by-name.ts';
import { count, featureBudgets, mode, owner, queueUrl, tokens, usd } from './field-shapes.ts';

const modelName = (what: string) => z.string('write the name of a model').describe(`${what}: a name under models.`);

const template = z
  .strictObject({
    tier: z
      .enum(['cheap', 'strong', 'learned'], 'unknown tier')
      .describe(
        'cheap: the owner vouches, cheap first, checked and escalated. strong: always strong. learned (default): within the tolerance.',
      )
      .exactOptional(),
  })
  .nullable()
  .describe('One prompt template of the feature.');

export const templatesShape = z
  .union([
    z.literal('open').describe('Books unknown names to the feature and flags them.'),
    z.array(z.string('write template names')).nonempty('a feature needs at least one template').describe('Names of templates.'),
    byName(template).describe('Templates by name.'),
  ])
  .describe('The prompt templates of the feature: a list of names, a map with settings, or `open`.');

const models = z.array(z.string('write the name of a model'));

const route = z
  .strictObject({
    cheap: modelName('Tried first where the template allows it').exactOptional(),
    strong: modelName('Called when the cheap model must not or did not do').exactOptional(),
    model: modelName('One model for everything, instead of cheap and strong').exactOptional(),
    tolerance: z
      .number('write a share between 0 and 1')
      .min(0, 'out of range')
      .max(1, 'out of range')
      .describe('Share of the strong model’s quality that may be lost, 0 to 1 (default 0.02).')
      .exactOptional(),
    simpleWhen: z
      .strictObject({
        inputTokensBelow: tokens.describe('The request has fewer input tokens than this.').exactOptional(),
        tools: z.boolean().describe('false: the request carries no tools.').exactOptional(),
      })
      .describe('Requests that are simple go cheap first.')
      .exactOptional(),
    fallback: z
      .union([
        models.describe('For both tiers.'),
        z
          .strictObject({
            cheap: models.describe('For the cheap tier.').exactOptional(),
            strong: models.describe('For the strong tier.').exactOptional(),
          })
          .describe('By tier.'),
      ])
      .describe('Models to try, in this order, when the tier’s own model is down.')
      .exactOptional(),
  })
  .describe('Which models serve the feature: { cheap, strong } or { model }.');

const limits = z
  .strictObject({
    inputTokens: tokens.describe('Longest input, tokens; longer is refused (default 16,000).').exactOptional(),
    outputTokens: tokens.describe('Longest output, tokens; bounds maxTokens (default 2,048).').exactOptional(),
    minOutputTokens: tokens.describe('maxTokens is never clamped below this to fit a budget (default 64).').exactOptional(),
  })
  .describe('Bounds of one request.');

const threshold = z.int('write a whole number').min(2, 'must be at least 2');
const loop = z
  .strictObject({
    identicalPairs: threshold
      .describe(
        'The same tool call with the same result this often in a row trips the breaker; a cycle of N calls after 2N + this - 2 (default 4).',
      )
      .exactOptional(),
    sameErrors: threshold.describe('The same error this often in a row trips the breaker, whatever was tried (default 6).').exactOptional(),
    staleTurns: threshold
      .describe('So many turns in a row that repeat earlier ones, results and all, in whatever order, trip the breaker (default 12).')
      .exactOptional(),
    identicalRequests: threshold.describe('The same request this often under one run id trips the breaker (default 4).').exactOptional(),
    maxCallsPerRun: count
      .describe('Calls that one run may make (default: 4 times the p99 of the feature’s own runs, at least 100; 1,000 without history).')
      .exactOptional(),
    maxUsdPerRun: usd
      .describe('What one run may cost, USD (default: 4 times the p99 of the feature’s own runs, at least 20; 100 without history).')
      .exactOptional(),
    maxDepth: count.describe('Generations of runs that one run may begin through parentRun (default 8).').exactOptional(),
    maxRunsPerTree: count.describe('Runs that one run may begin, directly or through others (default 100).').exactOptional(),
    coolDownMs: count.describe('How long a tripped breaker stays open at first, milliseconds (default 300,000).').exactOptional(),
    polling: z.array(z.string()).describe('Tools that are called repeatedly on purpose; their repetitions do not count.').exactOptional(),
  })
  .describe('When repetition is a loop.');

const batch = z
  .strictObject({
    eligible: z.boolean().describe('Whether jobs of this feature may run as a batch (default true where batch is given).').exactOptional(),
    model: modelName('The model of its batch jobs (default: the cheap one)').exactOptional(),
    maxDelayHours: z
      .number()
      .positive('must be more than 0')
      .max(168, 'must be at most 168 (a week)')
      .describe('Deadline of a job without one, hours (default 24).')
      .exactOptional(),
    afterDeadline: z
      .enum(['wait', 'expire'], 'unknown choice')
      .describe('A submitted job past its deadline is answered late (wait, default) or expired.')
      .exactOptional(),
    replyTo: z.array(queueUrl).describe('Queues that jobs may ask to be answered on.').exactOptional(),
  })
  .describe('Offline work at the batch price.');

export const featureShape = z
  .strictObject({
    owner,
    team: z.string('a feature needs a team').describe('The team whose budget it is: a name under teams.'),
    mode: mode.exactOptional(),
    templates: templatesShape,
    route,
    allowModelOverride: z.boolean().describe('Whether a request may name its own model (default false).').exactOptional(),
    callers: z
      .array(z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, 'not the ARN of a role'))
      .describe('Role ARNs that may invoke the feature’s alias.')
      .exactOptional(),
    limits: limits.exactOptional(),
    budgets: featureBudgets.exactOptional(),
    loop: loop.exactOptional(),
    cache: z
      .enum(['auto', 'off', '1h'], 'unknown choice')
      .describe('Cache points: auto (default) where they pay, off, or kept for 1h.')
      .exactOptional(),
    batch: batch.exactOptional(),
    keepAnswersHours: z
      .number()
      .min(0, 'out of range')
      .max(24, 'out of range')
      .describe('How long answers are kept for repeats with the same idempotencyKey, 0 to 24 (default 0).')
      .exactOptional(),
    shards: z
      .int()
      .min(1, 'out of range')
      .max(64, 'out of range')
      .describe('Leaves that a hot feature’s budget gate is split into, 1 to 64 (default 1).')
      .exactOptional(),
  })
  .describe('A feature of your product that calls models. Every call names one.');

export type FeatureShape = z.infer<typeof featureShape>;
export type TemplatesShape = z.infer<typeof templatesShape>;
