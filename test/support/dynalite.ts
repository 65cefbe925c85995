import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

type Tables = { readonly ledgerTable: string; readonly controlTable: string };

/** Names the endpoint of another DynamoDB that runs already, to be used in place of dynalite. */
export const OTHER_DYNAMODB = 'SPILLWAY_TEST_DYNAMODB';

/**
 * The DynamoDB stand-in that `npm start` uses, on a free port, with both tables. Points the SDK's environment at it. Where another DynamoDB is
 * named, that one, with tables that no other test has.
 */
export async function startDynalite(): Promise<Tables & { moreTables: (prefix: string) => Promise<Tables>; stop: () => Promise<void> }> {
  const other = process.env[OTHER_DYNAMODB];
  const { endpoint, stop } = other === undefined ? await listening() : { endpoint: other, stop: () => Promise.resolve() };
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  const own = other === undefined ? '' : `${randomUUID()}-`;
  return { ...(await createTables(own)), moreTables: (prefix) => createTables(`${own}${prefix}-`), stop };
}

async function listening(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('dynalite listens on no port');
  return { endpoint: `http://127.0.0.1:${address.port}`, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function createTables(prefix: string): Promise<Tables> {
  const client = new DynamoDBClient();
  const [ledgerTable, controlTable] = [`${prefix}ledger`, `${prefix}control`];
  for (const TableName of [ledgerTable, controlTable]) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  }
  client.destroy();
  return { ledgerTable, controlTable };
}
