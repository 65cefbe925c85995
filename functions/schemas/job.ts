import * as z from 'zod';
import type { StagedJob } from '../core/batching.ts';
import type { ContentBlock } from '../core/wire/converse.ts';
import type { JobAnswer, JobMessage, JobRequest } from '../core/wire/job.ts';
import { NAME } from './name.ts';
import { pico } from './pico.ts';

const isBlock = (value: unknown): value is ContentBlock =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && (!('text' in value) || typeof value.text === 'string');
const block = z.custom<ContentBlock>(isBlock, 'a content block, as { "text": "..." }');

/** Names of features and templates, and ids of jobs, as contract.md fixes them. */
const name = z.string().regex(NAME, 'letters a-z, digits, _ and -, at most 48');
const jobId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'at most 128 of A-Z, a-z, 0-9, ., _, : and -, beginning with a letter or digit');

export const jobRequest = z.strictObject({
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.array(block).min(1) })).min(1),
  system: z.array(block).exactOptional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().positive().exactOptional(),
      temperature: z.number().min(0).max(1).exactOptional(),
      topP: z.number().min(0).max(1).exactOptional(),
      stopSequences: z.array(z.string().min(1)).exactOptional(),
    })
    .exactOptional(),
}) satisfies z.ZodType<JobRequest>;

/** What a jobs-queue message must name for its sender to get an answer at all. */
export const jobAddress = z.object({ jobId, feature: name });

export const jobMessage = z
  .strictObject({
    jobId,
    feature: name,
    template: name,
    deadline: z.iso.datetime({ offset: true }).exactOptional(),
    request: jobRequest.exactOptional(),
    requestS3Uri: z.string().startsWith('s3://').exactOptional(),
    replyTo: z.strictObject({ queueUrl: z.url() }).exactOptional(),
  })
  .refine((job) => (job.request === undefined) !== (job.requestS3Uri === undefined), {
    path: ['request'],
    message: 'give exactly one of request and requestS3Uri',
  }) satisfies z.ZodType<JobMessage>;

/** Paths and what is allowed there: never what was given, which may be prompt text. */
export const problemsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'message'}: ${message}`)
    .join('; ');

const stagedJob = z.object({
  feature: z.string(),
  template: z.string(),
  jobId: z.string(),
  ulid: z.string(),
  deadlineMs: z.number(),
  afterDeadline: z.enum(['wait', 'expire']),
  holdPico: pico,
  maxTokens: z.int().positive(),
  bodyHash: z.string(),
  templateVersion: z.string(),
  prefix: z.array(z.string()),
  replyTo: z.string().exactOptional(),
}) satisfies z.ZodType<StagedJob>;

/** One line of a chunk's staged file: the job, its message as it came (less an inline prompt), and its prompt. */
const stagedLine = z.object({ job: stagedJob, message: z.record(z.string(), z.unknown()), request: jobRequest });
export type StagedLine = { readonly job: StagedJob; readonly message: JobMessage; readonly request: JobRequest };

/** One line of a manifest's list: which job a record id stands for. */
const listLine = z.object({ recordId: z.string(), chunkId: z.string(), job: stagedJob });
export type ListLine = z.infer<typeof listLine>;

const withDigits = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

export function stagedLineToJson({ job, message, request }: StagedLine): string {
  const { request: _, ...envelope } = message;
  return JSON.stringify({ job, message: envelope, request }, withDigits);
}
/** RangeError when the file is not one that intake wrote. */
export const parseStagedLine = (line: string) => parse(stagedLine, line);
export const listLineToJson = (line: ListLine): string => JSON.stringify(line, withDigits);
export const parseListLine = (line: string): ListLine => parse(listLine, line);

/** The body to put back on the jobs queue: equal, as JSON, to the message that came. */
export const messageOfStagedLine = ({ message, request }: z.infer<typeof stagedLine>): string =>
  JSON.stringify('requestS3Uri' in message ? message : { ...message, request });

function parse<Schema extends z.ZodType>(schema: Schema, line: string): z.infer<Schema> {
  const result = schema.safeParse(JSON.parse(line));
  if (!result.success) throw new RangeError(`a staged file is damaged: ${problemsOf(result.error)}`);
  return result.data;
}

const recordedAnswer = z.custom<JobAnswer>(
  (value) => typeof value === 'object' && value !== null && 'answerId' in value && 'status' in value,
);
/** An answer that we wrote ourselves. Its members keep their order, so that it is written again byte-identical. */
export const parseAnswer = (text: string): JobAnswer => parse(recordedAnswer, text);
