import * as z from 'zod';
import { variables } from '../schemas/environment.ts';

/** What the gateway is deployed with. */
export const environment = z.object({
  LEDGER_TABLE: variables.LEDGER_TABLE,
  CONTROL_TABLE: variables.CONTROL_TABLE,
  SETTINGS_PATH: variables.SETTINGS_PATH,
  ALERT_TOPIC_ARN: variables.ALERT_TOPIC_ARN,
  BUCKET: variables.BUCKET,
});
