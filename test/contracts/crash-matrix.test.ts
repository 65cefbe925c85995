import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { STEPS } from '../support/crash-steps.ts';
import { lived, type Row, rowsOf } from '../support/crash-table.ts';
import { startDynalite } from '../support/dynalite.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

/** Of each step the first death with every write sent once, and the last with every write sent twice. */
const ROWS = (
  await Promise.all(
    STEPS.map(
      async (step): Promise<readonly (Row | undefined)[]> => [(await rowsOf(step, 'once'))[1], (await rowsOf(step, 'twice')).at(-2)],
    ),
  )
)
  .flat()
  .filter((row) => row !== undefined);

describe('an environment that dies over DynamoDB', () => {
  let serial = 0;
  it.each(ROWS)('in $name, $fate.when $write, every write sent $fate.sent, breaks no rule', async ({ step, fate }) => {
    const { ledgerTable, controlTable } = await dynalite.moreTables(`death-${serial++}`);
    const money = { gates: dynamodbGates({ CONTROL_TABLE: controlTable }), ledger: dynamodbLedger({ LEDGER_TABLE: ledgerTable }, 400) };
    expect((await lived(step, fate, money, { watched: false })).broken).toEqual([]);
  });
});
