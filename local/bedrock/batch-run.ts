import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type BatchJob, idOf } from './batch-job.ts';
import { type RecordResult, runRecord } from './batch-record.ts';
import type { Behaviour } from './behaviour.ts';
import type { StandInModel } from './models.ts';

/** Bedrock's default minimum of records in a job, and the most that a job may hold. */
const MIN_RECORDS = 100;
const MAX_RECORDS = 50_000;
/** Output is shuffled within windows of this many records: the order is not the input's, and memory stays bounded. */
const WINDOW = 512;

export type BatchRun = {
  readonly job: BatchJob;
  readonly model: StandInModel;
  readonly s3: S3Client;
  readonly behaviour: Behaviour['batch'];
};
type Counts = BatchJob['counts'];
type BatchRecord = { readonly recordId: string; readonly modelInput: unknown };

/** The job cannot run; the reason becomes its `message`, and its status Failed. */
export class BatchFailure extends Error {}

function locationOf(uri: string): { readonly Bucket: string; readonly Key: string } {
  const { hostname, pathname } = new URL(uri);
  return { Bucket: hostname, Key: decodeURIComponent(pathname.slice(1)) };
}

async function* linesOf(s3: S3Client, uri: string): AsyncGenerator<string> {
  const { Body } = await s3.send(new GetObjectCommand(locationOf(uri)));
  if (!(Body instanceof Readable)) throw new BatchFailure('the input has no body');
  for await (const line of createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY })) if (line.trim() !== '') yield line;
}

function recordOf(line: string, number: number): BatchRecord {
  try {
    const record: unknown = JSON.parse(line);
    if (
      record !== null &&
      typeof record === 'object' &&
      'recordId' in record &&
      'modelInput' in record &&
      typeof record.recordId === 'string'
    ) {
      return { recordId: record.recordId, modelInput: record.modelInput };
    }
  } catch {
    // Falls through to the same failure: the line is no record.
  }
  throw new BatchFailure(`Line ${number} of the input file is not a JSON object with recordId and modelInput.`);
}

/** Counts and checks the input, before any record is run. BatchFailure when Bedrock would fail the job. */
export async function validateInput({ job, s3 }: Pick<BatchRun, 'job' | 's3'>): Promise<number> {
  let total = 0;
  try {
    for await (const line of linesOf(s3, job.inputUri)) {
      total += 1;
      recordOf(line, total);
    }
  } catch (error) {
    if (error instanceof BatchFailure) throw error;
    const name = error instanceof Error ? error.name : 'Unknown';
    throw new BatchFailure(`The role ${job.roleArn} could not read ${job.inputUri}: ${name}`);
  }
  if (total < MIN_RECORDS)
    throw new BatchFailure(`Batch job contains less records (${total}) than the required minimum of: ${MIN_RECORDS}`);
  if (total > MAX_RECORDS) throw new BatchFailure(`Batch job contains more records (${total}) than the maximum of: ${MAX_RECORDS}`);
  return total;
}

const orderOf = (line: string): string => createHash('sha256').update(line).digest('hex');
const shuffled = (results: readonly RecordResult[]): RecordResult[] =>
  results
    .map((result) => ({ result, order: orderOf(result.line) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ result }) => result);

async function* resultsOf({ job, model, s3, behaviour }: BatchRun, limit: number): AsyncGenerator<RecordResult> {
  const rate = behaviour?.recordErrorRate ?? 0;
  let [window, number]: [RecordResult[], number] = [[], 0];
  for await (const line of linesOf(s3, job.inputUri)) {
    number += 1;
    if (number > limit) break;
    const { recordId, modelInput } = recordOf(line, number);
    window.push(runRecord(recordId, modelInput, model, Math.floor(number * rate) > Math.floor((number - 1) * rate)));
    if (window.length < WINDOW) continue;
    yield* shuffled(window);
    window = [];
  }
  yield* shuffled(window);
}

/** Runs the records and writes `<output>/<jobId>/<file>.jsonl.out` and `manifest.json.out`, as the job's role. */
export async function runRecords(run: BatchRun, total: number): Promise<Counts> {
  const { job, s3, behaviour } = run;
  const limit = behaviour?.status === 'PartiallyCompleted' ? Math.floor(total / 2) : total;
  const tally = { success: 0, error: 0, inputTokenCount: 0, outputTokenCount: 0 };
  async function* lines() {
    for await (const result of resultsOf(run, limit)) {
      tally[result.ok ? 'success' : 'error'] += 1;
      tally.inputTokenCount += result.inputTokens;
      tally.outputTokenCount += result.outputTokens;
      yield `${result.line}\n`;
    }
  }
  const { Bucket, Key } = locationOf(job.outputUri.endsWith('/') ? job.outputUri : `${job.outputUri}/`);
  const [prefix, file] = [`${Key}${idOf(job)}`, locationOf(job.inputUri).Key.split('/').at(-1)];
  const body = Readable.from(lines(), { objectMode: false });
  await new Upload({ client: s3, params: { Bucket, Key: `${prefix}/${file}.out`, Body: body } }).done();
  const { success, error, inputTokenCount, outputTokenCount } = tally;
  const counted = { totalRecordCount: total, processedRecordCount: success + error, successRecordCount: success, errorRecordCount: error };
  const manifest = JSON.stringify({ ...counted, inputTokenCount, outputTokenCount });
  await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}/manifest.json.out`, Body: manifest }));
  return { total, processed: success + error, success, error };
}
