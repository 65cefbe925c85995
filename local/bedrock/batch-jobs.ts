import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AwsError } from './aws-error.ts';
import { type BatchJob, type BatchStatus, batchJobSchema, hasEnded, idOf, stateChange } from './batch-job.ts';
import { newJob, sameRequest } from './batch-request.ts';
import { BatchFailure, runRecords, validateInput } from './batch-run.ts';
import type { Behaviour } from './behaviour.ts';
import type { StandInModel } from './models.ts';
import type { StandInOptions } from './stand-in.ts';

/** When a job moves on by itself, counted from its submission on the stand-in's clock; tests and the demo advance it instead. */
const DUE_MS: Partial<Record<BatchStatus, number>> = { Submitted: 60_000, InProgress: 600_000, Stopping: 0 };
const MAX_UNFINISHED = 20;

/** The account's batch jobs: each moves Submitted -> InProgress -> its end, one step at a time, and every move is kept and announced. */
export class BatchJobs {
  readonly #jobs = new Map<string, BatchJob>();
  readonly #file: string | undefined;
  readonly #options: StandInOptions;
  readonly #resolve: (modelId: string) => StandInModel;
  readonly #behaviour: () => Behaviour;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: StandInOptions, resolve: (modelId: string) => StandInModel, behaviour: () => Behaviour) {
    this.#options = options;
    this.#resolve = resolve;
    this.#behaviour = behaviour;
    this.#file = options.dataDir === undefined ? undefined : join(options.dataDir, 'bedrock-jobs.json');
    for (const job of this.#read()) this.#jobs.set(idOf(job), job);
  }

  create(body: string): BatchJob {
    const job = newJob(body, this.#jobs.size, this.#options.clock.now());
    const token = job.clientRequestToken;
    const earlier = token === undefined ? undefined : this.list().find((other) => other.clientRequestToken === token);
    if (earlier !== undefined && sameRequest(earlier, job)) return earlier;
    if (earlier !== undefined) throw new AwsError('ConflictException', 'The client request token was used for another job.');
    const model = this.#resolve(job.modelId);
    if (!model.batch) throw new AwsError('ValidationException', `The model ${model.id} is not supported for batch inference.`);
    if (this.list().filter((other) => !hasEnded(other) && other.modelId === job.modelId).length >= MAX_UNFINISHED) {
      throw new AwsError(
        'ServiceQuotaExceededException',
        `More than ${MAX_UNFINISHED} batch jobs of this model are submitted or in progress.`,
      );
    }
    this.#keep(job);
    return job;
  }

  /** By id or ARN. */
  get(idOrArn: string): BatchJob {
    const job = this.#jobs.get(idOf({ jobArn: idOrArn }));
    if (job === undefined) throw new AwsError('ResourceNotFoundException', `Could not find model invocation job ${idOrArn}.`);
    return job;
  }

  list(): readonly BatchJob[] {
    return [...this.#jobs.values()];
  }

  halt(idOrArn: string): void {
    const job = this.get(idOrArn);
    if (hasEnded(job)) throw new AwsError('ConflictException', `The job is ${job.status} and cannot be stopped.`);
    this.#move(job, 'Stopping');
  }

  /** Moves every job that is not at its end to its end, in order; waits for moves under way. */
  async advance(): Promise<readonly string[]> {
    const moved = this.list().filter((job) => !hasEnded(job));
    await this.#inTurn(async () => {
      for (const { jobArn } of moved) while (!hasEnded(this.get(jobArn))) await this.#step(this.get(jobArn));
    });
    return moved.map(({ jobArn }) => jobArn);
  }

  /** Moves the jobs whose time has come. */
  async tick(): Promise<void> {
    const isDue = (job: BatchJob) => job.submittedMs + (DUE_MS[job.status] ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now();
    const due = this.list().filter(isDue);
    if (due.length === 0) return;
    await this.#inTurn(async () => {
      for (const { jobArn } of due) while (isDue(this.get(jobArn))) await this.#step(this.get(jobArn));
    });
  }

  async settle(): Promise<void> {
    await this.#turn;
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  async #step(job: BatchJob): Promise<void> {
    if (job.status === 'Stopping') return this.#move(job, 'Stopped', { message: 'Stopped by request.' });
    if (job.status === 'Submitted') return this.#move(job, 'InProgress');
    try {
      await this.#run(job);
    } catch (error) {
      const message = error instanceof BatchFailure ? error.message : `The job could not be run: ${String(error)}`;
      this.#move(this.get(job.jobArn), 'Failed', { message });
    }
  }

  async #run(job: BatchJob): Promise<void> {
    const behaviour = this.#behaviour().batch;
    const end = behaviour?.status ?? 'Completed';
    const denied = await this.#options.refusalOfRole?.(job.roleArn, job.modelId);
    if (denied !== undefined) throw new BatchFailure(denied);
    const s3 = this.#options.s3For(job.roleArn);
    const total = await validateInput({ job, s3 });
    if (end === 'Failed') throw new BatchFailure('The job failed in the service.');
    if (end === 'Expired') return this.#move(job, 'Expired', { message: 'The job passed its time limit.' });
    const counts = await runRecords({ job, model: this.#resolve(job.modelId), s3, behaviour }, total);
    // A stop that came while the records ran came too late.
    this.#move(job, end, { counts });
  }

  #move(job: BatchJob, status: BatchStatus, more: Partial<BatchJob> = {}): void {
    const nowMs = this.#options.clock.now();
    const moved = { ...job, ...more, status, modifiedMs: nowMs };
    this.#keep(hasEnded(moved) ? { ...moved, endedMs: nowMs } : moved);
  }

  #keep(job: BatchJob): void {
    this.#jobs.set(idOf(job), job);
    if (this.#file !== undefined && this.#options.dataDir !== undefined) {
      mkdirSync(this.#options.dataDir, { recursive: true });
      writeFileSync(`${this.#file}.new`, JSON.stringify(this.list()));
      renameSync(`${this.#file}.new`, this.#file);
    }
    this.#options.onBatchEvent?.(stateChange(job));
  }

  #read(): BatchJob[] {
    if (this.#file === undefined) return [];
    try {
      return z.array(batchJobSchema).parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw new RangeError(`${this.#file} is not the stand-in's own list of batch jobs`, { cause: error });
    }
  }
}
