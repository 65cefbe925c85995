import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { displayUsd } from '../../functions/core/money.ts';
import type { UsagePorts } from '../../functions/use-cases/live-hours.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';
import type { LocalStack } from '../stack.ts';
import { type DemoContext, runSchedule } from './demo-context.ts';
import { batchJobs } from './scenes/batch-jobs.ts';
import { fridayMail } from './scenes/friday-mail.ts';
import { longPrompt } from './scenes/long-prompt.ts';
import { routedCalls } from './scenes/routed-calls.ts';
import { runawayAgent } from './scenes/runaway-agent.ts';
import { screen } from './screen.ts';
import { seedPast } from './seed.ts';
import { spendByFeature } from './spend-by-feature.ts';

/** A believable past, then live traffic with a runaway agent in it, a batch, the Friday e-mail. Answers the address of the report's page. */
export async function runDemo(stack: LocalStack): Promise<string> {
  const context = contextOf(stack);
  const { books, keptPast } = await operatorBooks(stack, context);
  if (keptPast) {
    context.screen.line('the past was kept from the last start');
  } else {
    context.screen.heading('Two made-up weeks');
    await seedPast(books.ledger, context.settings, stack.clock.now(), context.screen);
    await runSchedule(context, 'compactor');
  }
  await routedCalls(context);
  await runawayAgent(context);
  await longPrompt(context);
  if (stack.bedrock === undefined) context.screen.line('no batch: with real models only model calls leave this machine');
  else await batchJobs(context);
  const reportUrl = await fridayMail(context);
  context.screen.heading('Spend per feature, live calls included');
  const { rows, totalPico } = await spendByFeature(books);
  context.screen.table([
    ['feature', 'owner', 'calls', 'spend'],
    ...rows.map(({ keys: { feature = '', owner = '' }, calls, costPico }) => [
      feature,
      owner,
      calls.toLocaleString('en-US'),
      displayUsd(costPico),
    ]),
    ['total', '', rows.reduce((sum, { calls }) => sum + calls, 0).toLocaleString('en-US'), displayUsd(totalPico)],
  ]);
  return reportUrl;
}

function contextOf(stack: LocalStack): DemoContext {
  const { settings } = loadConfiguration(stack.configFile, { nowMs: stack.clock.now() });
  return {
    settings,
    // A model may take its time, and a retry would be a second, billed call.
    lambda: new LambdaClient({ ...stack.sdk, maxAttempts: 1 }),
    sqs: new SQSClient(stack.sdk),
    routerName: stack.functions.router,
    queues: stack.queues,
    inboxUrl: stack.inboxUrl,
    devUrl: stack.devUrl,
    screen: screen(),
  };
}

/**
 * The books' own adapters. They read their endpoint from the environment, like a deployed function, so they are loaded late. Beside real models the
 * user's own credentials stay in force, and may be renewed: the local store takes any.
 */
async function operatorBooks(stack: LocalStack, { settings }: DemoContext) {
  const { accessKeyId, secretAccessKey } = stack.sdk.credentials;
  const operator = { AWS_REGION: stack.sdk.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: stack.endpoint }, stack.bedrock === undefined ? {} : operator);
  const { dynamodbLedger } = await import('../../functions/adapters/dynamodb-ledger.ts');
  const { dynamodbGates } = await import('../../functions/adapters/dynamodb-gates.ts');
  const ledger = dynamodbLedger({ LEDGER_TABLE: stack.tables.ledger }, settings.retentionDays);
  const books: UsagePorts = { ledger, gates: dynamodbGates({ CONTROL_TABLE: stack.tables.control }), settings, now: stack.clock.now };
  const { rows } = await spendByFeature(books);
  return { books, keptPast: rows.length > 0 };
}
