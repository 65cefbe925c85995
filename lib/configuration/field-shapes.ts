import { z } from 'zod';

/** `NAME` in words. */
export const NAME_RULE = 'lower-case letters, digits, - and _, at most 48, beginning with a letter or digit';

const QUEUE_URL =
  /^(https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?)\/\d{12}\/[\w-]{1,80}(\.fifo)?$/;

/** Names that every ledger entry carries are bounded, so that the longest still is one write unit (1 KB). */
export const LONGEST_OWNER = 80;
export const LONGEST_MODEL_ID = 100;

export const email = z.email('not an e-mail address').describe('An e-mail address.');
export const owner = z
  .email('not an e-mail address')
  .max(LONGEST_OWNER, `longer than ${LONGEST_OWNER} characters`)
  .describe('Who answers for the feature’s spend: an e-mail address.');

/** An amount of money that YAML gives as a number; at most 6 decimals, so that it is exact in micro-dollars. */
export const usd = z
  .number('not an amount in USD: write a plain number')
  .nonnegative('negative: a cap or price is at least 0')
  .refine((value) => /^-?\d+(\.\d{1,6})?$/.test(String(value)), 'not an amount in USD: write a plain number of at most 6 decimals');

export const tokens = z.int('not a number of tokens: write a whole number').positive('must be at least 1 token');
export const count = z.int('write a whole number').positive('must be at least 1');

export const queueUrl = z
  .string()
  .regex(QUEUE_URL, 'not the URL of an SQS queue')
  .describe('https://sqs.REGION.amazonaws.com/ACCOUNT/NAME');

/** Hard caps of one scope. Absent ones do not bound. */
const capsOf = (whose: string) => ({
  daily: usd.describe(`Hard cap of ${whose} per local day, USD.`).exactOptional(),
  monthly: usd.describe(`Hard cap of ${whose} per calendar month, USD.`).exactOptional(),
});
export const budgets = (whose: string) =>
  z.strictObject(capsOf(whose)).describe(`Hard caps of ${whose}, USD. No call is admitted past them.`);
export const featureBudgets = z
  .strictObject({ hourly: usd.describe('Hard cap of the feature per UTC hour, USD.').exactOptional(), ...capsOf('the feature') })
  .describe('Hard caps of the feature, USD. No call is admitted past them.');

export const mode = z
  .enum(['enforce', 'observe'], 'unknown mode')
  .describe('enforce: refuse what passes a cap or trips a breaker. observe: admit all, record what would have been refused.');
