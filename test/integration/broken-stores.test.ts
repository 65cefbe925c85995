import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakService, type Fault } from '../support/broken-service.ts';
import { canarySightings } from '../support/canary.ts';
import { Doors } from '../support/doors.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { watchAlerts } from '../support/stack-actions.ts';
import { entriesAmong } from '../support/stored-entries.ts';

let stack: TestStack;
let doors: Doors;
beforeAll(async () => {
  stack = await startTestStack();
  doors = new Doors(stack);
  await watchAlerts(stack);
}, 120_000);
afterAll(() => stack.stop());

/** Everything in a table, as DynamoDB keeps it. */
async function itemsOf(TableName: string) {
  const pages = await Array.fromAsync(paginateScan({ client: new DynamoDBClient(stack.sdk) }, { TableName }));
  return pages.flatMap(({ Items = [] }) => Items);
}

describe('a store that', () => {
  it.each<[string, Fault]>([
    ['cannot be reached', 'unreachable'],
    ['fails', { code: 'InternalServerError', message: 'stack trace of theirs', status: 500 }],
    ['denies', { code: 'AccessDeniedException', message: 'arn:aws:dynamodb:secret', status: 400 }],
  ])('%s is said to be down at every door, and calls go on when it is back', async (_, fault) => {
    await doors.allAnswer();
    const mend = breakService(stack, 'dynamodb', fault);
    await doors.allRefuse().finally(mend);
    await doors.allAnswer();
    const held = (await itemsOf(stack.tables.control)).flatMap((item) => Object.keys(item).filter((name) => name.startsWith('h#')));
    expect(held).toEqual([]);
  });
});

describe('settings that cannot be read at a cold start', () => {
  it('are a store that is down, and are read when it is back', async () => {
    const mend = breakService(stack, 'ssm', 'unreachable');
    await Promise.all([stack.host('router').recycle(), stack.host('gateway').recycle()]);
    await doors.allRefuse().finally(mend);
    await doors.allAnswer();
  });
});

describe('a store that goes down while the model works', () => {
  it('keeps the answer from nobody, and the money is booked by the compactor', async () => {
    const before = doors.calls();
    const mend = breakService(stack, 'dynamodb', 'unreachable', ({ caller }) => caller.kind === 'role' && doors.calls() > before);
    const answer = JSON.parse((await doors.invoke()).text);
    mend();
    expect(answer.receipt.warnings).toContain('settle_pending');
    stack.clock.advance(3_600_000);
    expect(await stack.runSchedule('compactor')).toMatchObject({ kind: 'answered' });
    const entries = entriesAmong(await itemsOf(stack.tables.ledger)).filter(({ requestId }) => requestId === answer.requestId);
    expect(entries.map(({ kind }) => kind)).toEqual(['assumed']);
  });
});

describe('after all of it', () => {
  it('no log, table, mail or alert holds a word of a prompt', async () => {
    expect(await canarySightings(stack)).toEqual([]);
  });
});
