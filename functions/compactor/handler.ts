import { clockAndChance } from '../adapters/clock-and-chance.ts';
import { dynamodbGates } from '../adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../adapters/dynamodb-ledger.ts';
import { snsAlerts } from '../adapters/sns-alerts.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { logger } from '../runtime/logger.ts';
import { type Compaction, compact } from './compact.ts';
import { environment } from './contract.ts';

const env = readEnvironment(environment);
const log = logger('compactor');

/** Hourly: finishes the books of dead calls, rolls up closed hours, closes and audits days. Asks only the clock; repeatable at any time. */
export const handler = async (): Promise<Compaction> => {
  const settings = await loadSettings(env.SETTINGS_PATH);
  const done = await compact({
    ...clockAndChance,
    settings,
    gates: dynamodbGates(env),
    ledger: dynamodbLedger(env, settings.retentionDays),
    alerts: snsAlerts(env),
  });
  log('compacted', done);
  return done;
};
