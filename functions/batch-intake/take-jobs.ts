import { judgeDuplicate } from '../core/batching.ts';
import { answerOf, recordOf, unanswered } from '../core/job-answer.ts';
import type { JobAnswer, JobError } from '../core/wire/job.ts';
import type { Log } from '../runtime/logger.ts';
import { parseAnswer } from '../schemas/job.ts';
import { type AnswerPorts, answerJob, publishAnswer } from '../use-cases/answer-job.ts';
import { chunkMoney } from '../use-cases/chunk-money.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import { type BadJob, type GoodJob, type QueueMessage, type ReadPorts, readMessage } from './read-message.ts';
import { type Fate, type StagePorts, stageChunk } from './stage-chunk.ts';

export type IntakePorts = ReadPorts &
  StagePorts &
  AnswerPorts & {
    readonly log: Log;
  };

const WIDTH = 16;
/** Prompts in memory at once; the rest comes with the next delivery. */
const MAX_LOADED_CHARACTERS = 48_000_000;

/** Takes a queue batch in. Answers the messages that must stay in the queue: every other one is staged or answered, durably. */
export async function takeJobs(messages: readonly QueueMessage[], ports: IntakePorts): Promise<{ keptIds: string[] }> {
  const atMs = ports.now();
  const done = new Set<string>();
  const good = await readAll(messages, atMs, done, ports);
  for (const jobs of Map.groupBy(good.values(), ([first]) => first.feature).values()) {
    const first = jobs.map(([job]) => job);
    const fates = await attempt(() => stageChunk(first, atMs, ports), ports);
    await inParallel(jobs, WIDTH, async ([job, ...copies]) => {
      const outcome = await attempt(() => finish(job, fates?.get(job) ?? 'kept', atMs, ports), ports);
      if (outcome === 'done') for (const { messageId } of [job, ...copies]) done.add(messageId);
    });
  }
  return { keptIds: messages.flatMap(({ messageId }) => (done.has(messageId) ? [] : [messageId])) };
}

type Copies = [GoodJob, ...GoodJob[]];

/** Answers bad jobs at once, and the good ones by job, each with its equal copies. Another body under the same id comes again later. */
async function readAll(
  messages: readonly QueueMessage[],
  atMs: number,
  done: Set<string>,
  ports: IntakePorts,
): Promise<Map<string, Copies>> {
  const good = new Map<string, Copies>();
  let loaded = 0;
  await inParallel(messages, WIDTH, async (message) => {
    if (loaded > MAX_LOADED_CHARACTERS) return;
    const job = await attempt(() => readMessage(message, atMs, ports), ports);
    if (job?.kind === 'bad' && (await attempt(() => answerBad(job, atMs, ports), ports)) === 'done') done.add(message.messageId);
    if (job?.kind !== 'good') return;
    loaded += JSON.stringify(job.request).length;
    const known = good.get(keyOf(job));
    if (known === undefined) good.set(keyOf(job), [job]);
    else if (known[0].bodyHash === job.bodyHash) known.push(job);
  });
  return good;
}

const keyOf = (job: GoodJob): string => `${job.feature}/${job.jobId}`;

async function attempt<Result>(work: () => Promise<Result>, ports: IntakePorts): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    // Its messages come again.
    ports.log('intake_failed', {}, error);
    return undefined;
  }
}

type Outcome = 'done' | 'kept';

async function finish(job: GoodJob, fate: Fate, atMs: number, ports: IntakePorts): Promise<Outcome> {
  if (fate === 'staged') return 'done';
  if (fate === 'reused') return answerReused(job, job.message.template, job.message.replyTo?.queueUrl, ports);
  if (fate === 'answered') return repeatAnswer(job, job.message.replyTo?.queueUrl, ports);
  if (fate === 'over_budget' && job.check.deadlineMs <= atMs) {
    const error = { reason: 'budget_exhausted', message: 'its deadline passed before the budget had room for it' };
    return answerFirst(job, job.message.template, 'refused', error, job.message.replyTo?.queueUrl, atMs, ports);
  }
  return 'kept';
}

const answerBad = (job: BadJob, atMs: number, ports: IntakePorts): Promise<Outcome> =>
  answerFirst(job, job.template, 'failed', job.error, job.replyTo, atMs, ports);

type Known = { readonly feature: string; readonly jobId: string; readonly bodyHash: string };

/** Answers a job that no chunk has, without calling a model. */
async function answerFirst(
  known: Known,
  template: string,
  status: 'failed' | 'refused',
  error: JobError,
  replyTo: string | undefined,
  atMs: number,
  ports: IntakePorts,
): Promise<Outcome> {
  const answer = answerOf({ ...known, template, ulid: ports.newId(atMs) }, unanswered(status, error));
  const { feature, jobId, bodyHash } = known;
  const item = { feature, jobId, template, bodyHash, chunkId: '', leaf: '', failures: 0, deadlineMs: atMs };
  if ((await ports.jobs.create({ ...item, phase: 'answered', answer: recordOf(answer) })) === 'changed') {
    await publishAnswer(answer, replyTo, ports);
    return 'done';
  }
  const job = await ports.jobs.find(feature, jobId);
  if (job === undefined) return 'kept';
  const chunk = job.phase === 'staged' ? await chunkMoney(job.chunkId, job.leaf, ports) : 'gone';
  const verdict = judgeDuplicate(job, bodyHash, chunk);
  if (verdict === 'reused') return answerReused(known, template, replyTo, ports);
  if (verdict === 'answered') return repeatAnswer(known, replyTo, ports);
  if (verdict === 'staged') return 'done';
  if (verdict === 'wait') return 'kept';
  return (await answerJob(answer, replyTo, ports)) === 'ours' ? 'done' : 'kept';
}

/** The job id has another body: told to its sender, and recorded nowhere, since the job's one answer belongs to the first body. */
async function answerReused(known: Known, template: string, replyTo: string | undefined, ports: IntakePorts): Promise<Outcome> {
  const error = { reason: 'job_id_reused', message: 'this jobId was used with another body: use a new one' };
  const answer = answerOf({ ...known, template, ulid: `reused-${known.bodyHash.slice(0, 16)}` }, unanswered('failed', error));
  await ports.answers.deliver(answer, replyTo);
  return 'done';
}

/** A crash may have come between record and delivery. An answer with output is delivered by whoever recorded it. */
async function repeatAnswer({ feature, jobId }: Known, replyTo: string | undefined, ports: IntakePorts): Promise<Outcome> {
  const recorded = (await ports.jobs.find(feature, jobId))?.answer;
  const answer: JobAnswer | undefined = recorded === undefined ? undefined : parseAnswer(recorded.text);
  if (answer !== undefined && answer.status !== 'succeeded') await publishAnswer(answer, replyTo, ports);
  return 'done';
}
