import { afterAll, beforeAll, describe, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { type Fresh, freshLeaves } from './gate-store/gate-case.ts';
import { GATE_CASES } from './gate-store/gate-cases.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let inDynamodb: Fresh;
beforeAll(async () => {
  dynalite = await startDynalite();
  inDynamodb = freshLeaves(dynamodbGates({ CONTROL_TABLE: dynalite.controlTable }));
});
afterAll(() => dynalite.stop());

const inMemory = freshLeaves(memoryGates());

describe.each<[string, Fresh]>([
  ['in memory', (allowance) => inMemory(allowance)],
  ['in DynamoDB', (allowance) => inDynamodb(allowance)],
])('the gate store %s', (_where, fresh) => {
  it.each(GATE_CASES)('%s', (_promise, prove) => prove(fresh));
});
