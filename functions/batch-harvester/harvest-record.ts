import type { BatchRecord } from '../core/batch-record.ts';
import type { Chunk } from '../core/batching.ts';
import { answerOf, batchEntry, unanswered } from '../core/job-answer.ts';
import { type PicoUsd, picoToUsd } from '../core/money.ts';
import type { JobAnswer } from '../core/wire/job.ts';
import { wireUsage } from '../core/wire/usage.ts';
import type { ProviderJob } from '../ports/batch-provider.ts';
import type { ListLine } from '../schemas/job.ts';
import { type AnswerPorts, answerJob } from '../use-cases/answer-job.ts';
import type { MoneyPorts } from '../use-cases/money-ports.ts';
import { recordProof } from '../use-cases/settle-money.ts';

export type RecordPorts = AnswerPorts & MoneyPorts;

type Sent = { readonly line: ListLine; readonly chunk: Chunk; readonly job: ProviderJob | undefined };

/** Books one record at the batch price and answers its job. Answers what it cost: the winning entry's, whoever put it. */
export async function harvestRecord(
  { line, chunk, record, job }: Sent & { readonly record: BatchRecord & { kind: 'succeeded' } },
  ports: RecordPorts,
): Promise<PicoUsd> {
  const { admittedAtMs, model, hold } = chunk;
  const attempt = { job: line.job, model, admittedAtMs, day: hold.day, usage: record.usage, stopReason: record.stopReason };
  const entry = await recordProof(batchEntry(attempt, ports.settings), ports.ledger);
  const late = job?.endedAtMs !== undefined && job.endedAtMs > line.job.deadlineMs;
  const paid = {
    ...(record.usage === undefined ? {} : { usage: wireUsage(record.usage) }),
    costUsd: picoToUsd(entry.costPico),
    mode: 'batch',
    ...(job === undefined ? {} : { providerJob: job.ref }),
    requestId: entry.requestId,
  } as const;
  const answer: JobAnswer =
    late && line.job.afterDeadline === 'expire'
      ? answerOf(line.job, { status: 'expired', error: { reason: 'deadline_passed', message: 'answered after its deadline' }, ...paid })
      : answerOf(line.job, {
          status: 'succeeded',
          ...(late ? ({ late: true } as const) : {}),
          output: { message: record.message },
          stopReason: record.stopReason,
          ...paid,
        });
  await answerJob(answer, line.job.replyTo, ports);
  return entry.costPico;
}

/** The provider may have answered, and billed, a record that we cannot read: its whole hold is assumed spent, and it is not sent again. */
export async function bookUnknown({ line, chunk, job }: Sent, ports: RecordPorts): Promise<PicoUsd> {
  const { admittedAtMs, model, hold } = chunk;
  const attempt = { job: line.job, model, admittedAtMs, day: hold.day, usage: undefined, stopReason: 'unknown' };
  const entry = await ports.ledger.record(batchEntry(attempt, ports.settings));
  const error = { reason: 'answer_lost', message: "the provider's output for this job could not be read" };
  const provider = job === undefined ? {} : { providerJob: job.ref };
  const outcome = { ...unanswered('failed', error, entry.costPico), ...provider, requestId: entry.requestId };
  await answerJob(answerOf(line.job, outcome), line.job.replyTo, ports);
  return entry.costPico;
}
