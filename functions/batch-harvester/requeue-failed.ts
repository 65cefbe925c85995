import { type Chunk, MAX_ATTEMPTS } from '../core/batching.ts';
import { answerOf, unanswered } from '../core/job-answer.ts';
import type { JobQueue } from '../ports/answer-queue.ts';
import { type ListLine, messageOfStagedLine, parseStagedLine } from '../schemas/job.ts';
import { type AnswerPorts, answerJob } from '../use-cases/answer-job.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import { stagedLines } from '../use-cases/staged-lines.ts';

export type RequeuePorts = AnswerPorts & { readonly queue: JobQueue };

type Failed = { readonly line: ListLine; readonly reason: string };

const WIDTH = 16;

/**
 * Sends jobs whose records failed at the provider back to intake, which holds money for them again; after the last time answers `failed`.
 */
export async function requeueFailed(chunk: Chunk, failed: readonly Failed[], ports: RequeuePorts): Promise<void> {
  const again = new Set<string>();
  await inParallel(failed, WIDTH, async (failure) => {
    if ((await decide(chunk, failure, ports)) === 'again') again.add(failure.line.job.jobId);
  });
  if (again.size === 0) return;
  await inParallel(stagedLines(chunk, ports.blobs), WIDTH, async (text) => {
    const staged = parseStagedLine(text);
    if (again.has(staged.job.jobId)) await ports.queue.requeue(messageOfStagedLine(staged));
  });
}

/** The item's phase is the commit: a job found requeued from this very chunk is sent again, for its message may have been lost with us. */
async function decide(chunk: Chunk, { line, reason }: Failed, ports: RequeuePorts): Promise<'again' | 'done'> {
  const { feature, jobId } = line.job;
  const job = await ports.jobs.find(feature, jobId);
  if (job === undefined || job.chunkId !== chunk.chunkId) return 'done';
  if (job.phase === 'requeued') return 'again';
  if (job.failures + 1 < MAX_ATTEMPTS) return (await ports.jobs.requeue(feature, jobId, chunk.chunkId)) === 'changed' ? 'again' : 'done';
  const error = { reason: 'provider_failed', message: `failed ${MAX_ATTEMPTS} times at the provider, last: ${reason}` };
  await answerJob(answerOf(line.job, unanswered('failed', error)), line.job.replyTo, ports);
  return 'done';
}
