import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { displayUsd, usdToPico } from '../../../functions/core/money.ts';
import type { FeatureSettings } from '../../../functions/core/settings.ts';
import { type DemoContext, runSchedule } from '../demo-context.ts';

const JOBS = 120;
/** SQS takes and gives at most ten messages a call. */
const PER_CALL = 10;
const PATIENCE_MS = 40_000;

const answerSchema = z.object({ jobId: z.string(), status: z.string(), costUsd: z.string() });
type Answer = z.infer<typeof answerSchema>;

/** Offline work: jobs on the queue, one provider batch job, every answer delivered and booked at the batch price. */
export async function batchJobs(context: DemoContext): Promise<void> {
  const { screen, settings } = context;
  screen.heading('Offline work through the batch queue');
  const feature = Object.values(settings.features).find(({ batch }) => batch.eligible);
  if (feature === undefined) return screen.line('no feature of this configuration is batch.eligible: nothing to show');
  await enqueue(context, feature);
  screen.line(`${JOBS} jobs of ${feature.name} are on the queue; the intake gathers them for 5 seconds`);
  const answers = await collect(context);
  const costPico = [...answers.values()].reduce((sum, answer) => sum + usdToPico(answer.costUsd), 0n);
  const failed = [...answers.values()].filter(({ status }) => status !== 'succeeded').length;
  screen.line(
    `${answers.size - failed} answered, ${failed} failed; ${displayUsd(costPico, 4)} at the batch price, ${displayUsd(costPico * 2n, 4)} on demand`,
  );
}

async function enqueue({ sqs, queues }: DemoContext, feature: FeatureSettings): Promise<void> {
  const template = Object.keys(feature.templates)[0] ?? 'enrich';
  const batch = crypto.randomUUID().slice(0, 8);
  const body = (job: number) => ({
    jobId: `demo-${batch}-${job}`,
    feature: feature.name,
    template,
    request: {
      messages: [{ role: 'user', content: [{ text: `Summarize record ${job}. [[out=${40 + (job % 50)}]]` }] }],
      inferenceConfig: { maxTokens: 120 },
    },
  });
  for (let first = 0; first < JOBS; first += PER_CALL) {
    const entries = Array.from({ length: PER_CALL }, (_, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(body(first + index)),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queues.jobs, Entries: entries }));
  }
}

/** Lets time pass for the provider (submit, advance, harvest) and gathers the answers, once per job: delivery is at least once. */
async function collect(context: DemoContext): Promise<Map<string, Answer>> {
  const { screen, devUrl } = context;
  const answers = new Map<string, Answer>();
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (answers.size < JOBS) {
    if (performance.now() > giveUpAt)
      throw new Error(`only ${answers.size} of ${JOBS} batch answers arrived within ${PATIENCE_MS / 1000} s`);
    await runSchedule(context, 'batchSubmitter');
    await fetch(`${devUrl}/bedrock/batch/advance`, { method: 'POST' });
    await runSchedule(context, 'batchHarvester');
    for (const answer of await receive(context)) answers.set(answer.jobId, answer);
    screen.progress('answers delivered', answers.size, JOBS);
  }
  return answers;
}

async function receive({ sqs, queues }: DemoContext): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queues.results, MaxNumberOfMessages: PER_CALL, WaitTimeSeconds: 1 }),
    );
    if (Messages.length === 0) return answers;
    answers.push(...Messages.map(({ Body = '' }) => answerSchema.parse(JSON.parse(Body))));
    const entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queues.results, Entries: entries }));
  }
}
