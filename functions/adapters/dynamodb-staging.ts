import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { StoreWrite } from '../ports/job-store.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import { conditional, dynamodb, type Item, number, queryItems, readItem, stored, text } from './dynamodb-client.ts';
import { chunkItem, chunkKeyOf, chunkOf, costsText, manifestItem, manifestKeyOf, manifestOf } from './staging-item.ts';
import { controlKeys, EXPIRES_AT, PARTITION_KEY } from './tables.ts';
import { UpdateExpression } from './update-expression.ts';

type ChunkMethod = 'createChunk' | 'findChunk' | 'sealChunk' | 'claimChunk' | 'divertChunk' | 'removeChunk' | 'chunks';

const HARVESTED_KEPT_SECONDS = 7 * 86_400;

/**
 * Chunk and manifest items, each in one partition that holds only what is under way. NOT guaranteed: more than 1,000 writes a second in one
 * partition, which is some hundred thousand jobs a second at full chunks, and far fewer when each delivery brings one job.
 */
export function dynamodbStaging(env: { CONTROL_TABLE: string }): StagingStore {
  const TableName = env.CONTROL_TABLE;
  const create = (Item: Item) =>
    conditional(() =>
      dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` })),
    );
  const update = (Key: Item, change: UpdateExpression) =>
    conditional(() => dynamodb.send(new UpdateItemCommand({ TableName, Key, ...change.parts() })));
  return { ...chunks(TableName, create, update), ...manifests(TableName, create, update) };
}

type Create = (item: Item) => Promise<StoreWrite>;
type Update = (key: Item, change: UpdateExpression) => Promise<StoreWrite>;

const move = (from: string, to: string): UpdateExpression => new UpdateExpression().set('phase', text(to)).whenEqual('phase', text(from));

function chunks(TableName: string, create: Create, update: Update): Pick<StagingStore, ChunkMethod> {
  return {
    createChunk: (chunk) => create(chunkItem(chunk)),
    async findChunk(chunkId) {
      const item = await readItem(TableName, chunkKeyOf(chunkId));
      return item === undefined ? undefined : chunkOf(item);
    },
    sealChunk: (chunkId) => update(chunkKeyOf(chunkId), move('open', 'sealed')),
    claimChunk: (chunkId, manifestId) => update(chunkKeyOf(chunkId), move('sealed', 'claimed').set('manifestId', text(manifestId))),
    divertChunk: (chunkId) => update(chunkKeyOf(chunkId), move('sealed', 'on_demand')),
    async removeChunk(chunkId) {
      await stored(() => dynamodb.send(new DeleteItemCommand({ TableName, Key: chunkKeyOf(chunkId) })));
    },
    chunks: async () => (await Array.fromAsync(queryItems(TableName, controlKeys.chunk('').pk))).map(chunkOf),
  };
}

function manifests(TableName: string, create: Create, update: Update): Omit<StagingStore, ChunkMethod> {
  return {
    createManifest: (manifest) => create(manifestItem(manifest)),
    async findManifest(manifestId) {
      const item = await readItem(TableName, manifestKeyOf(manifestId));
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
      const manifests = (await Array.fromAsync(queryItems(TableName, controlKeys.manifest('').pk))).map(manifestOf);
      return manifests.filter((manifest) => manifest.phase !== 'harvested');
    },
  };
}
