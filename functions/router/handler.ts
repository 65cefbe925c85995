import { dynamodbOutcomes } from '../adapters/dynamodb-outcomes.ts';
import { routeStores } from '../adapters/route-stores.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { aliasOf, invokeHandler } from '../runtime/invoke.ts';
import { logger } from '../runtime/logger.ts';
import { once } from '../runtime/once.ts';
import { routePorts } from '../use-cases/route-ports.ts';
import { answerInvoke } from './answer-invoke.ts';
import { environment } from './contract.ts';

const env = readEnvironment(environment);
const log = logger('router');
const ports = once(async () => ({
  ...routePorts(routeStores(env, await loadSettings(env.SETTINGS_PATH)), log),
  outcomes: dynamodbOutcomes(env),
}));
// Begun while the environment starts, with its whole core; a failure here shows, and is tried again, at the first call.
ports().catch(() => undefined);

/** Answers one request with the cheapest model that can do the work, or says why not. */
export const handler = invokeHandler(log, async (event, context) =>
  answerInvoke(event, aliasOf(context.invokedFunctionArn), await ports()),
);
