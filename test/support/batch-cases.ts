import type { Settings } from '../../functions/core/settings.ts';
import type { JobAnswer, JobMessage } from '../../functions/core/wire/job.ts';
import { batchWorld } from './batch-world.ts';
import type { RecordFate } from './memory-batch.ts';
import { featureSettings, modelSettings, settings } from './settings.ts';

const usage = { input: 100, output: 40, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 };

/** Answers every record, at 100 tokens in and 40 out: $0.00015 at the batch price. */
export const succeeds = ({ recordId, text }: Parameters<RecordFate>[0]) => ({
  kind: 'succeeded' as const,
  recordId,
  message: { role: 'assistant' as const, content: [{ text: `answer to ${text}` }] },
  stopReason: 'end_turn',
  usage,
});

/** One feature that may batch. */
export const configured = (
  batch: Partial<ReturnType<typeof featureSettings>['batch']> = {},
  batchMinRecords = 1,
  over: Partial<Settings> = {},
) => {
  const feature = featureSettings('invoice-extractor');
  return settings({
    models: { haiku: modelSettings('haiku', 1, 5, { batchMinRecords }), sonnet: modelSettings('sonnet', 3, 15) },
    features: { 'invoice-extractor': { ...feature, batch: { ...feature.batch, ...batch } } },
    ...over,
  });
};

export const answersOf = (world: ReturnType<typeof batchWorld>, jobId: string): JobAnswer[] =>
  world.answers.delivered.filter(({ answer }) => answer.jobId === jobId).map(({ answer }) => answer);

/** A world with one job, run until nothing is left to do. */
export async function runOne(message: JobMessage, options: Partial<Parameters<typeof batchWorld>[0]> = {}) {
  const world = batchWorld({ settings: configured(), fate: succeeds, ...options });
  world.send(message);
  await world.untilQuiet();
  return { world, answer: answersOf(world, message.jobId)[0] };
}
