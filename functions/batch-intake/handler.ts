import { batchStores } from '../adapters/batch-stores.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { once } from '../runtime/once.ts';
import { sqsHandler } from '../runtime/sqs.ts';
import { KnownOverrides } from '../use-cases/known-overrides.ts';
import { TemplateVersions } from '../use-cases/template-versions.ts';
import { environment } from './contract.ts';
import { takeJobs } from './take-jobs.ts';

const env = readEnvironment(environment);
const log = logger('batch-intake');
const ports = once(async () => {
  const stores = batchStores(env, await loadSettings(env.SETTINGS_PATH));
  const overrides = new KnownOverrides(stores);
  return { ...stores, overrides, versions: new TemplateVersions({ fingerprints: stores.fingerprints, log }), bucket: env.BUCKET, log };
});

/** Takes jobs from the queue: each is staged under a hold, or answered, before the queue may forget it. */
export const handler = sqsHandler(async (messages) => takeJobs(messages, await ports()));
