import { z } from 'zod';
import { byName } from '../../functions/schemas/by-name.ts';
import { featureShape } from './feature-shape.ts';
import { budgets, count, email, mode, owner } from './field-shapes.ts';
import { modelShape } from './model-shape.ts';

const TAG_VALUE = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;
const tagValue = z.string('write a name').regex(TAG_VALUE, 'letters, digits, space, ".", "_" and "-", at most 64');

const team = z
  .strictObject({ budgets: budgets('the team').exactOptional() })
  .nullable()
  .describe('A team that owns features.');

const batch = z
  .strictObject({
    budgetShare: z
      .number()
      .min(0, 'out of range')
      .max(1, 'out of range')
      .describe('Largest share of a cap that waiting batch jobs may hold, 0 to 1 (default 0.5).')
      .exactOptional(),
    quotas: z
      .strictObject({ jobsInFlight: count.describe('Batch jobs in progress at once, per model (default 10).').exactOptional() })
      .describe('Your account’s Bedrock batch quotas.')
      .exactOptional(),
  })
  .describe('Batch pipeline.');

const gateway = z
  .strictObject({
    auth: z
      .enum(['keys', 'iam', 'off'], 'unknown choice')
      .describe('keys (default): sw_ keys. iam: SigV4. off: anybody with the URL.')
      .exactOptional(),
    cors: z.array(z.string()).describe('Origins of browsers that may call the gateway (default: none).').exactOptional(),
  })
  .describe('The HTTPS endpoint.');

const report = z
  .strictObject({
    to: z.array(email).nonempty('the report needs a recipient').describe('Recipients of the weekly report.'),
    from: email.describe('Its sender: a verified SES identity.'),
    at: z
      .string('write a weekday and a time')
      .regex(/^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day ([01]\d|2[0-3]):[0-5]\d$/, 'not a weekday and a time')
      .describe('When it is sent, in the time zone: "Friday 16:00" (default).')
      .exactOptional(),
    identity: z
      .enum(['existing', 'create'], 'unknown choice')
      .describe('existing (default): the sender is verified in SES. create: the stack creates the identity.')
      .exactOptional(),
    perOwner: z.boolean().describe('Also send each owner their own part (default false).').exactOptional(),
  })
  .describe('The weekly waste report.');

/** `spillway.yaml`, as written. Defaults are filled in later; nothing else is a key. */
export const configurationShape = z
  .strictObject({
    organization: tagValue.describe('Your organization, as it appears in reports and tags.'),
    environment: tagValue.describe('production (default), staging, ...: shows in mails, tags and receipts.').exactOptional(),
    mode: mode.exactOptional(),
    timezone: z
      .string('write an IANA time zone')
      .describe('IANA time zone of budgets and the report, for example Europe/Berlin (default UTC).')
      .exactOptional(),
    unassignedOwner: owner.describe('Who owns untagged calls in observe mode.'),
    models: byName(modelShape).describe('The pinned models, by the name that features use.'),
    budgets: budgets('the organization'),
    teams: byName(team).describe('Teams by name.'),
    features: byName(featureShape).describe('Features by name.'),
    batch: batch.exactOptional(),
    billing: z
      .strictObject({
        inferenceProfiles: z
          .boolean()
          .describe(
            'One tagged Bedrock application inference profile per feature and model, so that the AWS bill shows features (default true).',
          )
          .exactOptional(),
      })
      .describe('What the AWS bill shows.')
      .exactOptional(),
    gateway: gateway.exactOptional(),
    report,
    alerts: z
      .strictObject({
        email: z.array(email).describe('Who is told at once when a breaker trips.').exactOptional(),
        webhookSecret: z.string().min(1).describe('Name of the secret with a webhook URL for alerts.').exactOptional(),
      })
      .describe('Who is told at once.')
      .exactOptional(),
    retentionDays: z
      .int()
      .min(35, 'must be at least 35')
      .max(3650, 'must be at most 3650')
      .describe('How long ledger entries are kept, days (default 400).')
      .exactOptional(),
    timeoutSeconds: z
      .int()
      .min(1, 'out of range')
      .max(840, 'must be at most 840')
      .describe('How long one call may take, seconds (default 120).')
      .exactOptional(),
    budgetWaitMs: z
      .int()
      .min(0, 'out of range')
      .max(30_000, 'must be at most 30000')
      .describe('How long a call waits for money held by calls in flight, milliseconds (default 2,000).')
      .exactOptional(),
  })
  .describe('Configuration of Spillway.');

export type ConfigurationShape = z.infer<typeof configurationShape>;
