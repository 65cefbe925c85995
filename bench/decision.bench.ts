import { judgeConversation } from '../functions/core/loop/judge-conversation.ts';
import { planAttempt, planRequest } from '../functions/core/route-plan.ts';
import type { RouteRequest } from '../functions/core/wire/route.ts';
import { featureSettings, settings as makeSettings } from '../test/support/settings.ts';
import { against, type Benchmark, latencyOf } from './benchmark.ts';

const ROUNDS = 2_000;
const TURNS = 30;

/** An ordinary coding conversation: thirty tool turns of about 4 KB each. */
const request: RouteRequest = {
  feature: 'code-agent',
  template: 'extract',
  messages: [
    { role: 'user', content: [{ text: 'Refactor the module.' }] },
    ...Array.from({ length: TURNS }, (_, turn) => [
      {
        role: 'assistant' as const,
        content: [{ toolUse: { toolUseId: `t${turn}`, name: 'read', input: { path: `src/file-${turn}.ts` } } }],
      },
      {
        role: 'user' as const,
        content: [{ toolResult: { toolUseId: `t${turn}`, content: [{ text: `line ${turn} of the file\n`.repeat(200) }] } }],
      },
    ]).flat(),
  ],
};
const settings = makeSettings({
  features: { 'code-agent': featureSettings('code-agent', { limits: { inputTokens: 500_000, outputTokens: 1024, minOutputTokens: 64 } }) },
});

/** What deciding costs, before any store is asked, against parsing the very same request. */
export const benchmark: Benchmark = {
  name: 'decision',
  about: `loop check, estimate, routing and pricing of a ${TURNS}-turn conversation, against parsing its JSON`,
  async run() {
    const json = JSON.stringify(request);
    const parsing = await latencyOf(ROUNDS, () => JSON.parse(json));
    const deciding = await latencyOf(ROUNDS, (round) => {
      judgeConversation(request.messages, featureSettings('code-agent').loop);
      const planned = planRequest(request, settings, { callId: `call-${round}`, admittedAtMs: 1_790_000_000_000 });
      if (planned.kind === 'refused') throw new RangeError(`the benchmark's request was refused: ${planned.refusal.reason}`);
      planAttempt(planned.plan, settings, { ...planned.plan.decision, number: 1, escalated: false });
    });
    return [
      { metric: 'request size', value: json.length, unit: 'bytes' },
      against('decide p50', 'ms', deciding.p50, parsing.p50),
      against('decide p99', 'ms', deciding.p99, parsing.p99),
    ];
  },
};
