import * as z from 'zod';

/** The variables that functions may be given. Each contract picks its own; what grows with the configuration is not here (SETTINGS_PATH names it). */
export const variables = {
  LEDGER_TABLE: z.string().min(1),
  CONTROL_TABLE: z.string().min(1),
  BUCKET: z.string().min(1),
  /** SSM parameter path under which the settings object is stored, in parts. */
  SETTINGS_PATH: z.string().startsWith('/'),
  ALERT_TOPIC_ARN: z.string().startsWith('arn:'),
  GATEWAY_URL: z.url(),
  JOBS_QUEUE_URL: z.url(),
  RESULTS_QUEUE_URL: z.url(),
  /** The role that Bedrock assumes to read and write batch files. */
  BATCH_ROLE_ARN: z.string().startsWith('arn:'),
};
