import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { TestStack } from './stack.ts';
import { ALERTS } from './stack-actions.ts';

/** A word that tests put into prompts, tool results and broken bodies, and into nothing else. */
export const CANARY = 'canary-7f3a9';

/** Where the word was written down that must be written down nowhere: logs, both tables, mails, alerts. Watch the alerts first. */
export async function canarySightings(stack: TestStack): Promise<string[]> {
  const places = [...logs(stack), ...(await items(stack)), ...(await mails(stack)), ...(await alerts(stack))];
  return places.flatMap(({ place, content }) => (content.includes(CANARY) ? [`${place}: ${content.slice(0, 400)}`] : []));
}

type Place = { readonly place: string; readonly content: string };

function logs({ stateDir }: TestStack): Place[] {
  const folder = join(stateDir, 'log');
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .map((content) => ({ place: `log ${name}`, content })),
  );
  if (lines.length === 0) throw new Error('there are no logs to look at');
  return lines;
}

async function items({ sdk, tables }: TestStack): Promise<Place[]> {
  const found: Place[] = [];
  for (const TableName of [tables.ledger, tables.control]) {
    for await (const { Items = [] } of paginateScan({ client: new DynamoDBClient(sdk) }, { TableName })) {
      found.push(...Items.map((item) => ({ place: TableName, content: JSON.stringify(item) })));
    }
  }
  return found;
}

async function mails({ inboxUrl }: TestStack): Promise<Place[]> {
  return [{ place: 'inbox', content: await (await fetch(new URL('/store', inboxUrl))).text() }];
}

async function alerts({ sdk, endpoint }: TestStack): Promise<Place[]> {
  const QueueUrl = `${endpoint}/000000000000/${ALERTS}`;
  const { Messages = [] } = await new SQSClient(sdk).send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => ({ place: 'alert', content: Body }));
}
