import { type Override, pauseOf } from '../core/override/override.ts';
import { scopesOf } from '../core/override/scope.ts';
import type { Log } from '../runtime/logger.ts';
import type { QueueMessage } from '../runtime/sqs.ts';
import type { AnswerPorts } from '../use-cases/answer-job.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import { answerFirst, answerReused, type Outcome, repeatAnswer } from './answer-message.ts';
import { type BadJob, type GoodJob, type ReadPorts, readMessage } from './read-message.ts';
import { type Fate, type StagePorts, stageChunk } from './stage-chunk.ts';

export type IntakePorts = ReadPorts &
  StagePorts &
  AnswerPorts & {
    readonly log: Log;
  };

const WIDTH = 16;
/** Prompts staged together: what Lambda brings in one event, and, of those that come from files, what memory takes easily. */
const WAVE_CHARACTERS = 6_000_000;

/** Takes a queue batch in. Answers the messages that must stay in the queue: every other one is staged or answered, durably. */
export async function takeJobs(messages: readonly QueueMessage[], ports: IntakePorts): Promise<{ keptIds: string[] }> {
  const atMs = ports.now();
  const done = new Set<string>();
  for (let left = messages; left.length > 0; ) {
    const wave = await readWave(left, atMs, done, ports);
    await stageWave(wave.good, atMs, done, ports);
    left = wave.left;
  }
  const keptIds = messages.flatMap(({ messageId }) => (done.has(messageId) ? [] : [messageId]));
  ports.log('jobs_taken', { messages: messages.length, kept: keptIds.length });
  return { keptIds };
}

/** A job and its equal copies in one queue batch: they share its fate. */
type Copies = [GoodJob, ...GoodJob[]];
type Wave = { readonly good: ReadonlyMap<string, Copies>; readonly left: readonly QueueMessage[] };

/** Reads as many messages as memory takes. Bad jobs are answered at once; another body under the same id comes again later. */
async function readWave(messages: readonly QueueMessage[], atMs: number, done: Set<string>, ports: IntakePorts): Promise<Wave> {
  const good = new Map<string, Copies>();
  const left: QueueMessage[] = [];
  let loaded = 0;
  await inParallel(messages, WIDTH, async (message) => {
    if (loaded > WAVE_CHARACTERS) return void left.push(message);
    const job = await attempt(() => readMessage(message, atMs, ports), ports);
    if (job?.kind === 'bad' && (await attempt(() => answerBad(job, atMs, ports), ports)) === 'done') done.add(message.messageId);
    if (job?.kind !== 'good') return;
    loaded += JSON.stringify(job.request).length;
    const known = good.get(keyOf(job));
    if (known === undefined) good.set(keyOf(job), [job]);
    else if (known[0].bodyHash === job.bodyHash) known.push(job);
  });
  return { good, left };
}

async function stageWave(good: Wave['good'], atMs: number, done: Set<string>, ports: IntakePorts): Promise<void> {
  const known = await attempt(() => ports.overrides.current(), ports);
  if (known === undefined) return;
  // A paused job stays in the queue, and comes again.
  const running = good.values().filter(([first]) => !isPaused(first, known.overrides, atMs, ports));
  for (const jobs of Map.groupBy(running, ([first]) => first.feature).values()) {
    const first = jobs.map(([job]) => job);
    const fates = await attempt(() => stageChunk(first, atMs, ports), ports);
    await inParallel(jobs, WIDTH, async ([job, ...copies]) => {
      const outcome = await attempt(() => finish(job, fates?.get(job) ?? 'kept', atMs, ports), ports);
      if (outcome === 'done') for (const { messageId } of [job, ...copies]) done.add(messageId);
    });
  }
}

function isPaused({ feature, message, check }: GoodJob, overrides: readonly Override[], atMs: number, { settings }: IntakePorts): boolean {
  const { model } = check;
  const { template } = message;
  const scopes = scopesOf({ team: settings.features[feature]?.team ?? '', feature, template, model });
  return pauseOf(overrides, scopes, atMs) !== undefined;
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

async function finish(job: GoodJob, fate: Fate, atMs: number, ports: IntakePorts): Promise<Outcome> {
  const message = { ...job, template: job.message.template, replyTo: job.message.replyTo?.queueUrl };
  if (fate === 'staged') return 'done';
  if (fate === 'reused') return answerReused(message, ports);
  if (fate === 'answered') return repeatAnswer(message, ports);
  if (fate === 'kept' || job.check.deadlineMs > atMs) return 'kept';
  const error = { reason: 'budget_exhausted', message: 'its deadline passed before the budget had room for it' };
  return answerFirst(message, { status: 'refused', error }, atMs, ports);
}

const answerBad = (job: BadJob, atMs: number, ports: IntakePorts): Promise<Outcome> =>
  answerFirst({ ...job, replyTo: job.replyTo }, { status: 'failed', error: job.error }, atMs, ports);
