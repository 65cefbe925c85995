import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbRefusals } from '../../functions/adapters/dynamodb-refusals.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryRefusals } from '../support/memory-refusals.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

describe.each([
  ['in memory', () => memoryRefusals()],
  ['in DynamoDB', () => dynamodbRefusals({ CONTROL_TABLE: dynalite.controlTable })],
] as const)('the refusal counter %s', (_where, make) => {
  it('adds up refusals and the money not spent, per day, feature, template and reason', async () => {
    const refusals = make();
    const refusal = { feature: 'f', template: 't', reason: 'loop_detected', notSpentPico: 5n };
    await refusals.count('2026-11-20', refusal);
    await refusals.count('2026-11-20', refusal);
    await refusals.count('2026-11-21', { ...refusal, reason: 'budget_held' });
    await refusals.count('2026-11-22', refusal);
    expect(await refusals.ofDays('2026-11-20', '2026-11-21')).toEqual([
      { feature: 'f', template: 't', reason: 'loop_detected', count: 2, notSpentPico: 10n },
      { feature: 'f', template: 't', reason: 'budget_held', count: 1, notSpentPico: 5n },
    ]);
  });
});
