import { streamHandle } from 'hono/aws-lambda';
import { dynamodbKeys } from '../adapters/dynamodb-keys.ts';
import { dynamodbOutcomes } from '../adapters/dynamodb-outcomes.ts';
import { dynamodbReportTokens } from '../adapters/dynamodb-report-tokens.ts';
import { routeStores } from '../adapters/route-stores.ts';
import { s3Blobs } from '../adapters/s3-blobs.ts';
import { sha256 } from '../adapters/sha256.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { once } from '../runtime/once.ts';
import { routePorts } from '../use-cases/route-ports.ts';
import { gatewayApp } from './app.ts';
import { environment } from './contract.ts';

const env = readEnvironment(environment);
const log = logger('gateway');
const ports = once(async () => ({
  ...routePorts(routeStores(env, await loadSettings(env.SETTINGS_PATH)), log),
  keys: dynamodbKeys(env),
  outcomes: dynamodbOutcomes(env),
  reports: dynamodbReportTokens(env),
  blobs: s3Blobs(env),
  sha256,
}));
// Begun while the environment starts, with its whole core; a failure here shows, and is tried again, at the first call.
ports().catch(() => undefined);

/** The HTTPS door to the router, and to the report's pages. */
export const handler = streamHandle(gatewayApp(ports, log));
