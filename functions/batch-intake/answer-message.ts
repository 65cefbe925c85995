import { judgeDuplicate } from '../core/batching.ts';
import { answerOf, recordOf, unanswered } from '../core/job-answer.ts';
import type { JobError } from '../core/wire/job.ts';
import { parseAnswer } from '../schemas/job.ts';
import { type AnswerPorts, answerJob, publishAnswer } from '../use-cases/answer-job.ts';
import { type ChunkMoneyPorts, chunkMoney } from '../use-cases/chunk-money.ts';

/** `done`: the queue may forget the message. */
export type Outcome = 'done' | 'kept';

export type MessagePorts = AnswerPorts & ChunkMoneyPorts & { readonly newId: (atMs: number) => string };

/** A message as far as it has to be known to be answered. */
export type Addressed = {
  readonly feature: string;
  readonly jobId: string;
  readonly bodyHash: string;
  readonly template: string;
  readonly replyTo: string | undefined;
};

/** Answers a job that no chunk has, without calling a model: once, however often it is delivered. */
export async function answerFirst(
  message: Addressed,
  outcome: { readonly status: 'failed' | 'refused'; readonly error: JobError },
  atMs: number,
  ports: MessagePorts,
): Promise<Outcome> {
  const { feature, jobId, bodyHash, template, replyTo } = message;
  const answer = answerOf({ feature, jobId, template, ulid: ports.newId(atMs) }, unanswered(outcome.status, outcome.error));
  const item = { feature, jobId, template, bodyHash, chunkId: '', leaf: '', failures: 0, deadlineMs: atMs };
  if ((await ports.jobs.create({ ...item, phase: 'answered', answer: recordOf(answer) })) === 'changed') {
    await publishAnswer(answer, replyTo, ports);
    return 'done';
  }
  const job = await ports.jobs.find(feature, jobId);
  if (job === undefined) return 'kept';
  const chunk = job.phase === 'staged' ? await chunkMoney(job.chunkId, job.leaf, ports) : 'gone';
  const verdict = judgeDuplicate(job, bodyHash, chunk);
  if (verdict === 'reused') return answerReused(message, ports);
  if (verdict === 'answered') return repeatAnswer(message, ports);
  if (verdict === 'staged') return 'done';
  if (verdict === 'wait') return 'kept';
  return (await answerJob(answer, replyTo, ports)) === 'ours' ? 'done' : 'kept';
}

/** The job id has another body: told to its sender, and recorded nowhere, since the job's one answer belongs to the first body. */
export async function answerReused(message: Addressed, { answers }: MessagePorts): Promise<Outcome> {
  const error = { reason: 'job_id_reused', message: 'this jobId was used with another body: use a new one' };
  const { feature, jobId, template, bodyHash, replyTo } = message;
  await answers.deliver(answerOf({ feature, jobId, template, ulid: `reused-${bodyHash}` }, unanswered('failed', error)), replyTo);
  return 'done';
}

/** A crash may have come between record and delivery. An answer with output is delivered by whoever recorded it. */
export async function repeatAnswer({ feature, jobId, replyTo }: Addressed, ports: MessagePorts): Promise<Outcome> {
  const recorded = (await ports.jobs.find(feature, jobId))?.answer;
  const answer = recorded === undefined ? undefined : parseAnswer(recorded.text);
  if (answer !== undefined && answer.status !== 'succeeded') await publishAnswer(answer, replyTo, ports);
  return 'done';
}
