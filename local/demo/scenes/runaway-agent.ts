import { displayUsd } from '../../../functions/core/money.ts';
import type { FeatureSettings } from '../../../functions/core/settings.ts';
import type { Message } from '../../../functions/core/wire/converse.ts';
import { type DemoContext, routeThrough } from '../demo-context.ts';

/** What the loop would have gone on to: a reported agent made 400 recursive calls. */
const LOOP_CALLS = 400;
/** Characters of repository that the agent drags along in every call: some 45,000 tokens, as coding agents do. */
const CONTEXT_CHARACTERS = 180_000;

/** An agent that reads the same missing file for ever. It is stopped from the conversation itself, before the next call is paid. */
export async function runawayAgent(context: DemoContext): Promise<void> {
  const { screen, settings } = context;
  screen.heading('A runaway agent');
  const feature = widest(Object.values(settings.features));
  if (feature === undefined) return;
  const template = Object.keys(feature.templates)[0] ?? 'refactor';
  const run = `nightly-refactor-${crypto.randomUUID().slice(0, 8)}`;
  const task = 'Refactor the billing module. [[tool=read_file:{"path":"src/billing.ts"}]]';
  let messages: Message[] = [{ role: 'user', content: [{ text: `${repository(feature)}${task}` }] }];
  let burnedPico = 0n;
  for (let call = 1; call <= LOOP_CALLS; call += 1) {
    const routed = await routeThrough(context, {
      feature: feature.name,
      template,
      run,
      messages,
      inferenceConfig: { maxTokens: 500 },
      toolConfig: TOOLS,
    });
    if (routed.kind === 'refused') {
      screen.line(`call ${call} refused: ${routed.reason}: ${routed.message}`);
      screen.line(
        `${displayUsd(burnedPico, 4)} burned until the stop; at this pace ${LOOP_CALLS} calls would have cost ${displayUsd(projected(burnedPico, call - 1), 2)} and more`,
      );
      return;
    }
    burnedPico += routed.costPico;
    if (routed.answer.receipt.wouldRefuse !== undefined) {
      screen.line(
        `call ${call} would have been refused: ${routed.answer.receipt.wouldRefuse} (observe mode admits it; receipt and ledger say so)`,
      );
      return;
    }
    screen.line(`call ${call}: reads src/billing.ts again, ${displayUsd(routed.costPico, 4)}`);
    messages = [...messages, ...turn(call)];
  }
  throw new Error('nothing stopped the runaway agent');
}

/** The feature that allows the longest prompts is where an agent lives. */
const widest = (features: readonly FeatureSettings[]) => features.toSorted((a, b) => b.limits.inputTokens - a.limits.inputTokens)[0];
const projected = (burnedPico: bigint, calls: number): bigint => (calls === 0 ? 0n : (burnedPico * BigInt(LOOP_CALLS)) / BigInt(calls));

/** Different lines, and no more of them than the feature's bound lets through. */
function repository({ limits }: FeatureSettings): string {
  const lines = Array.from(
    { length: CONTEXT_CHARACTERS / 60 },
    (_, line) => `const item${line} = invoice.lines.find((entry) => entry.id === key);\n`,
  );
  return lines.join('').slice(0, Math.min(CONTEXT_CHARACTERS, limits.inputTokens));
}

const TOOLS = {
  tools: [
    {
      toolSpec: {
        name: 'read_file',
        inputSchema: { json: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } },
      },
    },
  ],
};

/** What the agent's own code appends after each answer: the call it made and the same error as ever. */
function turn(call: number): Message[] {
  const toolUseId = `call-${call}`;
  return [
    { role: 'assistant', content: [{ toolUse: { toolUseId, name: 'read_file', input: { path: 'src/billing.ts' } } }] },
    { role: 'user', content: [{ toolResult: { toolUseId, content: [{ text: 'ENOENT: no such file' }], status: 'error' } }] },
  ];
}
