import { DeleteItemCommand, GetItemCommand, PutItemCommand, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { StagingStore } from '../ports/staging-store.ts';
import { conditional, dynamodb, type Item, number, stored, text } from './dynamodb-client.ts';
import { chunkItem, chunkKeyOf, chunkOf, costsText, manifestItem, manifestKeyOf, manifestOf } from './staging-item.ts';
import { controlKeys, EXPIRES_AT, PARTITION_KEY } from './tables.ts';
import { UpdateExpression } from './update-expression.ts';

const HARVESTED_KEPT_SECONDS = 7 * 86_400;

/**
 * Chunk and manifest items, each in one partition that holds only what is under way. NOT guaranteed: more than 1,000 writes a second in one
 * partition, which is some hundred thousand jobs a second at full chunks, and far fewer when each delivery brings one job.
 */
export function dynamodbStaging(env: { CONTROL_TABLE: string }): StagingStore {
  const TableName = env.CONTROL_TABLE;
  const get = async (Key: Item): Promise<Item | undefined> =>
    (await stored(() => dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true })))).Item;
  const create = (Item: Item) =>
    conditional(() =>
      dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` })),
    );
  const update = (Key: Item, change: UpdateExpression) =>
    conditional(() => dynamodb.send(new UpdateItemCommand({ TableName, Key, ...change.parts() })));
  const move = (from: string, to: string): UpdateExpression => new UpdateExpression().set('phase', text(to)).whenEqual('phase', text(from));
  return {
    createChunk: (chunk) => create(chunkItem(chunk)),
    async findChunk(chunkId) {
      const item = await get(chunkKeyOf(chunkId));
      return item === undefined ? undefined : chunkOf(item);
    },
    sealChunk: (chunkId) => update(chunkKeyOf(chunkId), move('open', 'sealed')),
    claimChunk: (chunkId, manifestId) => update(chunkKeyOf(chunkId), move('sealed', 'claimed').set('manifestId', text(manifestId))),
    divertChunk: (chunkId) => update(chunkKeyOf(chunkId), move('sealed', 'on_demand')),
    async removeChunk(chunkId) {
      await stored(() => dynamodb.send(new DeleteItemCommand({ TableName, Key: chunkKeyOf(chunkId) })));
    },
    chunks: async () => (await queryAll(TableName, controlKeys.chunk('').pk)).map(chunkOf),
    createManifest: (manifest) => create(manifestItem(manifest)),
    async findManifest(manifestId) {
      const item = await get(manifestKeyOf(manifestId));
      return item === undefined ? undefined : manifestOf(item);
    },
    freezeManifest: (manifestId, { chunkIds, records }) =>
      update(
        manifestKeyOf(manifestId),
        move('gathering', 'frozen')
          .set('chunkIds', text(chunkIds.join(',')))
          .set('records', number(records)),
      ),
    submitManifest: (manifestId, result) =>
      update(
        manifestKeyOf(manifestId),
        'jobRef' in result
          ? move('frozen', 'submitted').set('jobRef', text(result.jobRef))
          : move('frozen', 'submitted').set('rejection', text(result.rejection)),
      ),
    leaseManifest: (manifestId, { nowMs, untilMs }) =>
      update(
        manifestKeyOf(manifestId),
        new UpdateExpression()
          .set('leasedUntilMs', number(untilMs))
          .whenEqual('phase', text('submitted'))
          .whenAbsentOrBelow('leasedUntilMs', nowMs),
      ),
    async saveProgress(manifestId, { lines, costPico }) {
      const progress = new UpdateExpression().set('progressLines', number(lines)).set('progressCosts', text(costsText(costPico)));
      await update(manifestKeyOf(manifestId), progress.whenEqual('phase', text('submitted')));
    },
    async closeManifest(manifestId, nowMs) {
      const expires = number(Math.ceil(nowMs / 1000) + HARVESTED_KEPT_SECONDS);
      const closed = new UpdateExpression().set('phase', text('harvested')).set(EXPIRES_AT, expires).whenPresent(PARTITION_KEY);
      await update(manifestKeyOf(manifestId), closed);
    },
    async openManifests() {
      const manifests = (await queryAll(TableName, controlKeys.manifest('').pk)).map(manifestOf);
      return manifests.filter((manifest) => manifest.phase !== 'harvested');
    },
  };
}

async function queryAll(TableName: string, partition: string): Promise<Item[]> {
  const query = {
    TableName,
    KeyConditionExpression: `${PARTITION_KEY} = :partition`,
    ExpressionAttributeValues: { ':partition': text(partition) },
    ConsistentRead: true,
  };
  return stored(async () => {
    const items: Item[] = [];
    for await (const page of paginateQuery({ client: dynamodb }, query)) items.push(...(page.Items ?? []));
    return items;
  });
}
