import type { Context } from 'aws-lambda';
import { clockAndChance } from '../adapters/clock-and-chance.ts';
import { dynamodbGates } from '../adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../adapters/dynamodb-ledger.ts';
import { dynamodbProfiles } from '../adapters/dynamodb-profiles.ts';
import { dynamodbUpkeepLease } from '../adapters/dynamodb-upkeep-lease.ts';
import { s3Blobs } from '../adapters/s3-blobs.ts';
import { snsAlerts } from '../adapters/sns-alerts.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { compact } from './compact.ts';
import { environment } from './contract.ts';

const env = readEnvironment(environment);
const log = logger('compactor');

/** Hourly: finishes the books of dead calls, rolls up and exports closed hours, closes and audits days. Asks only the clock; repeatable at any time. */
export const handler = async (_event: unknown, context: Context) => {
  const endsAtMs = clockAndChance.now() + context.getRemainingTimeInMillis();
  const settings = await loadSettings(env.SETTINGS_PATH);
  const ports = {
    ...clockAndChance,
    settings,
    gates: dynamodbGates(env),
    ledger: dynamodbLedger(env, settings.retentionDays),
    profiles: dynamodbProfiles(env),
    blobs: s3Blobs(env),
    lease: dynamodbUpkeepLease(env),
    alerts: snsAlerts(env),
    log,
  };
  return compact(ports, endsAtMs);
};
