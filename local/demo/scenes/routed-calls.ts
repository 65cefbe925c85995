import { displayUsd, sumPico } from '../../../functions/core/money.ts';
import type { FeatureSettings } from '../../../functions/core/settings.ts';
import type { RouteRequest } from '../../../functions/core/wire/route.ts';
import { inParallel } from '../../../functions/use-cases/in-parallel.ts';
import { type DemoContext, type Routed, routeThrough } from '../demo-context.ts';
import { silentFeatures } from '../past.ts';

const CALLS = 36;
const PARALLEL = 4;
/** Every so many calls the cheap model answers badly, so that the strong one has to take over. */
const BAD_ANSWER_EVERY = 9;

/** Ordinary traffic of all features: cheap first where the owner vouched for it, escalated where a check fails. */
export async function routedCalls(context: DemoContext): Promise<void> {
  const { screen, settings } = context;
  screen.heading('Live traffic through the router');
  const silent = silentFeatures(settings);
  const called = Object.values(settings.features).filter(({ name }) => !silent.includes(name));
  const targets = called.flatMap((feature) =>
    (feature.openTemplates ? ['explore'] : Object.keys(feature.templates)).map((template) => ({ feature, template })),
  );
  const outcomes: Routed[] = [];
  await inParallel(Array.from({ length: CALLS }).keys(), PARALLEL, async (call) => {
    const target = targets[call % targets.length];
    if (target === undefined) return;
    outcomes.push(await routeThrough(context, requestOf(target.feature, target.template, call)));
    screen.progress('calls routed', outcomes.length, CALLS);
  });
  summarize(context, outcomes);
}

function requestOf(feature: FeatureSettings, template: string, call: number): RouteRequest {
  const cheap = feature.templates[template]?.tier === 'cheap';
  const bad = cheap && call % BAD_ANSWER_EVERY === 0 ? ` [[fail-on=${feature.route.cheap}]]` : '';
  return {
    feature: feature.name,
    template,
    system: [{ text: `You work for ${feature.team}. Answer as JSON. ${'Be brief, be exact, name your source. '.repeat(20)}` }],
    messages: [
      {
        role: 'user',
        content: [{ text: `Case ${call}: what is owed, and by when? [[json={"owed":${100 + call},"due":"2026-12-01"}]]${bad}` }],
      },
    ],
    inferenceConfig: { maxTokens: 200 },
    expect: { jsonSchema: { type: 'object', required: ['owed', 'due'] } },
  };
}

function summarize({ screen }: DemoContext, outcomes: readonly Routed[]): void {
  const answered = outcomes.filter((outcome) => outcome.kind === 'answered');
  const byModel = Map.groupBy(answered, ({ answer }) => answer.receipt.model);
  for (const [model, calls] of byModel)
    screen.line(`${model}: ${calls.length} answers, ${displayUsd(sumPico(calls.map((call) => call.costPico)), 4)}`);
  screen.line(`${answered.filter(({ answer }) => answer.receipt.escalated).length} cheap answers failed a check and were escalated`);
  for (const outcome of outcomes) if (outcome.kind === 'refused') screen.line(`refused: ${outcome.reason}: ${outcome.message}`);
}
