import * as z from 'zod';
import { batchStores } from '../adapters/batch-stores.ts';
import { bedrockBatch } from '../adapters/bedrock-batch.ts';
import { sqsJobs } from '../adapters/sqs-answers.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { once } from '../runtime/once.ts';
import { environment } from './contract.ts';
import { harvestJobs } from './harvest-jobs.ts';

const env = readEnvironment(environment);
const log = logger('batch-harvester');
const ports = once(async () => {
  const stores = batchStores(env, await loadSettings(env.SETTINGS_PATH));
  return { ...stores, provider: bedrockBatch(env, stores.blobs), queue: sqsJobs(env), log, recordsPerCheckpoint: 250 };
});

/** A job's state-change event names its job; anything else is the poll, which looks at all. */
const stateChange = z.object({ detail: z.object({ batchJobName: z.string() }) });

/** Books and answers what ended batch jobs have left. */
export const handler = async (event: unknown) => {
  const change = stateChange.safeParse(event);
  return harvestJobs(change.success ? change.data.detail.batchJobName : undefined, await ports());
};
