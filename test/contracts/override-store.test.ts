import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Act } from '../../functions/core/override/act.ts';
import type { Override } from '../../functions/core/override/override.ts';
import type { OverrideStore } from '../../functions/ports/override-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryOverrides } from '../support/memory-overrides.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let stored: OverrideStore;
beforeAll(async () => {
  dynalite = await startDynalite();
  // Imported after the endpoint is known: clients are made once an environment.
  const { dynamodbOverrides } = await import('../../functions/adapters/dynamodb-overrides.ts');
  stored = dynamodbOverrides({ CONTROL_TABLE: dynalite.controlTable });
});
afterAll(() => dynalite.stop());

const memory = memoryOverrides();
const order = (id: string) => ({ id, scope: 'feature:a', reason: 'an incident', by: 'alice', atMs: 1000 });
const raise: Override = { kind: 'raise', byPico: 9_007_199_254_740_993n, untilMs: 2000, ...order('01A') };
const pause: Override = { kind: 'pause', ...order('01B') };
const act = (id: string, over: Partial<Act> = {}): Act => ({ ...order(id), act: 'raise', ...over });

describe.each<[string, () => OverrideStore]>([
  ['in memory', () => memory],
  ['in DynamoDB', () => stored],
])('the override store %s', (_, store) => {
  it('keeps each override apart, of one scope too, until it is removed', async () => {
    for (const override of [raise, { ...raise, id: '01C' }, pause]) await store().put(override);
    expect((await store().all()).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([raise, pause, { ...raise, id: '01C' }]);
    for (let again = 0; again < 2; again++) await store().remove(raise);
    expect((await store().all()).map(({ id }) => id).toSorted()).toEqual(['01B', '01C']);
  });

  it('keeps the audit trail in the order of the acts, apart from what is in force', async () => {
    const before = (await store().all()).length;
    const ended = act('02B', { act: 'resume', ended: ['01B'] });
    for (const one of [ended, act('02A', { byPico: 5n, untilMs: 2000 })]) await store().record(one);
    expect(await store().acts()).toEqual([act('02A', { byPico: 5n, untilMs: 2000 }), ended]);
    expect(await store().all()).toHaveLength(before);
  });
});

describe('overrides in DynamoDB', () => {
  it('that cannot be read make the store unavailable: they are not taken for none', async () => {
    const { dynamodb } = await import('../../functions/adapters/dynamodb-client.ts');
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const Item = { pk: { S: 'overrides' }, sk: { S: 'pause#org#1' }, body: { S: '{"kind":"stop"}' } };
    await dynamodb.send(new PutItemCommand({ TableName: dynalite.controlTable, Item }));
    await expect(stored.all()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
