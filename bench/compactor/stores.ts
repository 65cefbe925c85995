import { BatchWriteItemCommand, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { itemKey } from '../../functions/adapters/dynamodb-client.ts';
import { entryItem } from '../../functions/adapters/ledger-item.ts';
import { LEDGER_SHARDS, ledgerKeys } from '../../functions/adapters/tables.ts';
import { checksum } from '../../functions/core/checksum.ts';
import { type LedgerEntry, parseRequestId } from '../../functions/core/ledger.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import { startDynamodb } from '../../local/emulators/dynamodb.ts';
import { startFauxqs } from '../../local/emulators/fauxqs.ts';
import { serveBackend } from '../../test/support/backend-server.ts';
import { HOUR, madeEntries } from './made-hour.ts';

/** A process of its own: the embedded stores with one hour of so many entries in each of its tables. Says where they are, and stays. */
const [MOST_IN_BATCH, BATCHES_AT_ONCE] = [25, 16];
const [, , ...sizes] = process.argv;

const dynamodb = startDynamodb(undefined);
const files = await startFauxqs(undefined, () => url);
const { url } = await serveBackend((call, response) => (call.service === 's3' ? files : dynamodb).backend(call, response));
const sdk = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const client = new DynamoDBClient(sdk);
await new S3Client({ ...sdk, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'files' }));
for (const size of sizes) await fill(`ledger-${size}`, Number(size));
console.log(JSON.stringify({ url }));

async function fill(TableName: string, size: number): Promise<void> {
  const keys = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  const [KeySchema, BillingMode] = [
    [
      { AttributeName: 'pk', KeyType: 'HASH' as const },
      { AttributeName: 'sk', KeyType: 'RANGE' as const },
    ],
    'PAY_PER_REQUEST' as const,
  ];
  await client.send(new CreateTableCommand({ TableName, BillingMode, AttributeDefinitions: keys, KeySchema }));
  await inParallel(batches(size), BATCHES_AT_ONCE, async (batch) => {
    const puts = batch.map((entry) => ({ PutRequest: { Item: { ...itemKey(keyOf(entry)), ...entryItem(entry) } } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
  });
}

function* batches(size: number): Generator<LedgerEntry[]> {
  let batch: LedgerEntry[] = [];
  for (const entry of madeEntries(size)) {
    batch.push(entry);
    if (batch.length < MOST_IN_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** As the adapter puts it. */
function keyOf({ requestId, feature, template, attempt }: LedgerEntry) {
  const ulid = parseRequestId(requestId)?.ulid ?? '';
  const shard = Number.parseInt(checksum(ulid), 16) % LEDGER_SHARDS;
  return { pk: ledgerKeys.entries(HOUR, shard), sk: ledgerKeys.entry(feature, template, ulid, attempt) };
}
