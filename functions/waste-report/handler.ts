import { randomBytes } from 'node:crypto';
import { clockAndChance } from '../adapters/clock-and-chance.ts';
import { dynamodbLedger } from '../adapters/dynamodb-ledger.ts';
import { dynamodbRefusals } from '../adapters/dynamodb-refusals.ts';
import { dynamodbReportState } from '../adapters/dynamodb-report-state.ts';
import { s3Blobs } from '../adapters/s3-blobs.ts';
import { sesMailer } from '../adapters/ses-mailer.ts';
import { sha256 } from '../adapters/sha256.ts';
import { snsAlerts } from '../adapters/sns-alerts.ts';
import { loadSettings } from '../adapters/ssm-settings.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { environment } from './contract.ts';
import { type ReportOutcome, sendReport } from './send-report.ts';

const env = readEnvironment(environment);

function newToken(): { token: string; hash: string } {
  const token = randomBytes(24).toString('base64url');
  return { token, hash: sha256(token) };
}

/** Mails the report of the week, once per ISO week however often it is invoked. */
export const handler = async (): Promise<ReportOutcome> => {
  const settings = await loadSettings(env.SETTINGS_PATH);
  return sendReport({
    settings,
    ledger: dynamodbLedger(env, settings.retentionDays),
    refusals: dynamodbRefusals(env),
    state: dynamodbReportState(env),
    blobs: s3Blobs(env),
    mailer: sesMailer(),
    alerts: snsAlerts(env),
    gatewayUrl: env.GATEWAY_URL,
    now: clockAndChance.now,
    newToken,
  });
};
