import { batchStores } from '../adapters/batch-stores.ts';
import { bedrockBatch } from '../adapters/bedrock-batch.ts';
import { routeStores } from '../adapters/route-stores.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import type { RouteRequest } from '../core/wire/route.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { once } from '../runtime/once.ts';
import { routePorts } from '../use-cases/route-ports.ts';
import { routeRequest } from '../use-cases/route-request.ts';
import { environment } from './contract.ts';
import { missedBatch } from './missed-batch.ts';
import { submitChunks } from './submit-chunks.ts';

const env = readEnvironment(environment);
const log = logger('batch-submitter');
const ports = once(async () => {
  const settings = await loadSettings(env.SETTINGS_PATH);
  const stores = batchStores(env, settings);
  const router = missedBatch(routePorts(routeStores(env, settings), log));
  const { overrides } = router;
  return {
    ...stores,
    overrides,
    provider: bedrockBatch(env, stores.blobs),
    route: (request: RouteRequest) => routeRequest(request, router),
    log,
  };
});

/** Makes batch jobs of staged chunks, and calls on demand what would miss its deadline. Runs on a schedule; any run resumes the last. */
export const handler = async () => submitChunks(await ports());
