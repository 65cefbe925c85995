import type { Settings } from '../core/settings.ts';
import { clockAndChance } from './clock-and-chance.ts';
import { dynamodbGates } from './dynamodb-gates.ts';
import { dynamodbJobs } from './dynamodb-jobs.ts';
import { dynamodbLedger } from './dynamodb-ledger.ts';
import { dynamodbOverrides } from './dynamodb-overrides.ts';
import { dynamodbStaging } from './dynamodb-staging.ts';
import { fingerprints } from './fingerprint.ts';
import { s3Blobs } from './s3-blobs.ts';
import { sqsAnswers } from './sqs-answers.ts';

type Environment = {
  readonly CONTROL_TABLE: string;
  readonly LEDGER_TABLE: string;
  readonly BUCKET: string;
  readonly RESULTS_QUEUE_URL: string;
};

/** Everything of AWS that all three batch functions need, and the clock and chance of this environment. */
export const batchStores = (env: Environment, settings: Settings) => ({
  settings,
  gates: dynamodbGates(env),
  ledger: dynamodbLedger(env, settings.retentionDays),
  jobs: dynamodbJobs(env),
  staging: dynamodbStaging(env),
  overrideStore: dynamodbOverrides(env),
  blobs: s3Blobs(env),
  answers: sqsAnswers(env),
  fingerprints: fingerprints(env),
  ...clockAndChance,
});
