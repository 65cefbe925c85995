import type { Settings } from '../core/settings.ts';
import { bedrockModels } from './bedrock-models.ts';
import { clockAndChance } from './clock-and-chance.ts';
import { dynamodbGates } from './dynamodb-gates.ts';
import { dynamodbIdempotency } from './dynamodb-idempotency.ts';
import { dynamodbLedger } from './dynamodb-ledger.ts';
import { dynamodbMarks } from './dynamodb-marks.ts';
import { dynamodbOverrides } from './dynamodb-overrides.ts';
import { dynamodbProfiles } from './dynamodb-profiles.ts';
import { dynamodbRefusals } from './dynamodb-refusals.ts';
import { dynamodbRuns } from './dynamodb-runs.ts';
import { fingerprints } from './fingerprint.ts';
import { schemaValidator } from './json-schema.ts';
import { snsAlerts } from './sns-alerts.ts';

/** Everything of AWS, and the clock and chance of this environment, that answering a request needs. */
export function routeStores(env: { CONTROL_TABLE: string; LEDGER_TABLE: string; ALERT_TOPIC_ARN: string }, settings: Settings) {
  return {
    ...clockAndChance,
    settings,
    gates: dynamodbGates(env),
    ledger: dynamodbLedger(env, settings.retentionDays),
    profiles: dynamodbProfiles(env),
    overrideStore: dynamodbOverrides(env),
    marks: dynamodbMarks(env),
    runs: dynamodbRuns(env),
    idempotency: dynamodbIdempotency(env),
    refusals: dynamodbRefusals(env),
    fingerprints: fingerprints(env),
    alerts: snsAlerts(env),
    models: bedrockModels(clockAndChance.now),
    validate: schemaValidator(),
  };
}
