import { requestPrefix } from '../core/batching.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { type CheckedJob, checkJob } from '../core/job-check.ts';
import { parseJson } from '../core/parse-json.ts';
import type { Settings } from '../core/settings.ts';
import type { JobError, JobMessage, JobRequest } from '../core/wire/job.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Fingerprints } from '../ports/fingerprints.ts';
import type { QueueMessage } from '../runtime/sqs.ts';
import { jobAddress, jobMessage, jobRequest, problemsOf } from '../schemas/job.ts';
import { NAME } from '../schemas/name.ts';
import type { TemplateVersion, TemplateVersions } from '../use-cases/template-versions.ts';

type Read = { readonly messageId: string; readonly jobId: string; readonly feature: string; readonly bodyHash: string };
/** A job that may be staged. */
export type GoodJob = Read & {
  readonly kind: 'good';
  readonly message: JobMessage;
  readonly request: JobRequest;
  readonly check: CheckedJob;
  readonly version: TemplateVersion;
};
/** A job that never can be: answered `failed`. */
export type BadJob = Read & { readonly kind: 'bad'; readonly template: string; readonly error: JobError; readonly replyTo?: string };
/** Nobody to answer: the message fails until the queue moves it to the dead-letter queue. */
export type Unaddressed = { readonly kind: 'unaddressed'; readonly messageId: string };

export type ReadPorts = {
  readonly blobs: BlobStore;
  readonly settings: Settings;
  readonly bucket: string;
  /** Bodies are compared by these, and not kept. */
  readonly fingerprints: Fingerprints;
  readonly versions: TemplateVersions;
};

export async function readMessage(
  { messageId, body }: QueueMessage,
  atMs: number,
  ports: ReadPorts,
): Promise<GoodJob | BadJob | Unaddressed> {
  const json = parseJson(body);
  const address = jobAddress.safeParse(json);
  if (!address.success) return { kind: 'unaddressed', messageId };
  const read: Read = { messageId, ...address.data, bodyHash: await ports.fingerprints.of(canonicalJson(json)) };
  const parsed = jobMessage.safeParse(json);
  if (!parsed.success) return { ...read, kind: 'bad', template: templateIn(json), error: malformed(problemsOf(parsed.error)) };
  const message = parsed.data;
  const bad = (error: JobError): BadJob => ({
    ...read,
    kind: 'bad',
    template: message.template,
    error,
    ...replyToOf(message, ports.settings),
  });
  const request = message.request ?? (await fetchRequest(message, ports));
  if ('reason' in request) return bad(request);
  const checked = checkJob(message, request, ports.settings, atMs);
  if (checked.kind === 'failed') return bad(checked.error);
  const version = await ports.versions.of({ feature: message.feature, template: message.template, prompt: request });
  return { ...read, kind: 'good', message, request, check: checked.job, version };
}

async function fetchRequest({ feature, requestS3Uri = '' }: JobMessage, { blobs, bucket }: ReadPorts): Promise<JobRequest | JobError> {
  const prefix = requestPrefix(bucket, feature);
  if (!requestS3Uri.startsWith(prefix)) return malformed(`requestS3Uri: only under ${prefix}`);
  const text = await blobs.get(requestS3Uri.slice(`s3://${bucket}/`.length));
  if (text === undefined) return malformed('requestS3Uri: there is no such object');
  const parsed = jobRequest.safeParse(parseJson(text));
  return parsed.success ? parsed.data : malformed(`requestS3Uri: ${problemsOf(parsed.error)}`);
}

const malformed = (message: string): JobError => ({ reason: 'request_malformed', message });

/** A queue that the feature does not list is not written to, not even to say so. */
function replyToOf({ feature, replyTo }: JobMessage, settings: Settings): { replyTo?: string } {
  const listed = settings.features[feature]?.batch.replyTo ?? [];
  return replyTo !== undefined && listed.includes(replyTo.queueUrl) ? { replyTo: replyTo.queueUrl } : {};
}

/** What is no name is not repeated: it may be anything, a prompt too. */
const templateIn = (json: unknown): string =>
  typeof json === 'object' && json !== null && 'template' in json && typeof json.template === 'string' && NAME.test(json.template)
    ? json.template
    : '';
