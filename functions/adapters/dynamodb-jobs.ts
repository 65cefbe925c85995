import { PutItemCommand, type PutItemCommandInput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Job, RecordedAnswer } from '../core/batching.ts';
import type { JobStore } from '../ports/job-store.ts';
import { conditional, dynamodb, type Item, itemKey, number, readItem, text } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT, PARTITION_KEY } from './tables.ts';
import { UpdateExpression } from './update-expression.ts';

/** Answers are kept 30 days (contract.md); the item outlives its answer a little. */
const KEPT_SECONDS = 35 * 86_400;

/**
 * Job items. NOT guaranteed: that a job id is unique for ever; its item expires, and then the id is new again. A conditional write whose
 * answer was lost is sent again by the client and then reads as `refused`: callers look at the item before they believe it.
 */
export function dynamodbJobs(env: { CONTROL_TABLE: string }): JobStore {
  const TableName = env.CONTROL_TABLE;
  const update = (feature: string, jobId: string, change: UpdateExpression) =>
    conditional(() => dynamodb.send(new UpdateItemCommand({ TableName, Key: keyOf(feature, jobId), ...change.parts() })));
  const put = (job: Job, condition: Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>) =>
    conditional(() => dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(job), ...condition })));
  return {
    async find(feature, jobId) {
      const item = await readItem(TableName, keyOf(feature, jobId));
      return item === undefined ? undefined : jobOf(item);
    },
    create: (job) => put(job, { ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` }),
    adopt: (job, seen) =>
      put(job, {
        ConditionExpression: 'chunkId = :chunk AND phase = :phase',
        ExpressionAttributeValues: { ':chunk': text(seen.chunkId), ':phase': text(seen.phase) },
      }),
    answer: (feature, jobId, answer) => update(feature, jobId, answered(answer)),
    requeue: (feature, jobId, chunkId) => update(feature, jobId, requeued(chunkId)),
  };
}

const answered = (answer: RecordedAnswer): UpdateExpression =>
  new UpdateExpression()
    .set('phase', text('answered'))
    .set('answerId', text(answer.answerId))
    .set('answerText', text(answer.text))
    .whenPresent(PARTITION_KEY)
    .whenAbsent('answerId');

const requeued = (chunkId: string): UpdateExpression =>
  new UpdateExpression()
    .set('phase', text('requeued'))
    .add('failures', 1n)
    .whenEqual('chunkId', text(chunkId))
    .whenEqual('phase', text('staged'));

const keyOf = (feature: string, jobId: string): Item => itemKey(controlKeys.job(feature, jobId));

const itemOf = (job: Job): Item => ({
  ...keyOf(job.feature, job.jobId),
  feature: text(job.feature),
  jobId: text(job.jobId),
  template: text(job.template),
  bodyHash: text(job.bodyHash),
  chunkId: text(job.chunkId),
  leaf: text(job.leaf),
  failures: number(job.failures),
  deadlineMs: number(job.deadlineMs),
  phase: text(job.phase),
  ...(job.answer === undefined ? {} : { answerId: text(job.answer.answerId), answerText: text(job.answer.text) }),
  [EXPIRES_AT]: number(Math.ceil(job.deadlineMs / 1000) + KEPT_SECONDS),
});

const phase = z.enum(['staged', 'requeued', 'answered']);

function jobOf(item: Item): Job {
  const string = (name: string): string => item[name]?.S ?? '';
  const answer = item['answerId']?.S === undefined ? {} : { answer: { answerId: string('answerId'), text: string('answerText') } };
  return {
    feature: string('feature'),
    jobId: string('jobId'),
    template: string('template'),
    bodyHash: string('bodyHash'),
    chunkId: string('chunkId'),
    leaf: string('leaf'),
    failures: Number(item['failures']?.N ?? 0),
    deadlineMs: Number(item['deadlineMs']?.N ?? 0),
    phase: phase.parse(string('phase')),
    ...answer,
  };
}
