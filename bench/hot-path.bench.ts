import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { startTestStack } from '../test/support/stack.ts';
import { against, type Benchmark, latencyOf } from './benchmark.ts';

const ROUNDS = 300;
const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const messages = [{ role: 'user' as const, content: [{ text: 'Draft one line about the autumn sale. [[out=40]]' }] }];

/** One call through each door of the local stack, one after the other, against the same model asked directly by the SDK. */
export const benchmark: Benchmark = {
  name: 'hot-path',
  about: `${ROUNDS} sequential calls through router and gateway on the local stack, against the model stand-in asked directly`,
  async run() {
    const stack = await startTestStack();
    try {
      await fetch(`${stack.devUrl}/bedrock`, { method: 'POST', body: '{"latencyMs":0}' });
      const bedrock = new BedrockRuntimeClient(stack.sdk);
      const lambda = new LambdaClient({ ...stack.sdk, maxAttempts: 1 });
      const request = JSON.stringify({ feature: 'campaign-writer', template: 'draft', messages, inferenceConfig: { maxTokens: 100 } });
      const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
      const direct = await latencyOf(ROUNDS, () => bedrock.send(new ConverseCommand({ modelId: MODEL, messages })));
      const router = await latencyOf(ROUNDS, () =>
        lambda.send(new InvokeCommand({ FunctionName: stack.functions.router, Payload: request })),
      );
      const gateway = await latencyOf(ROUNDS, async () => {
        const response = await fetch(`${stack.gatewayUrl}/v1/route`, { method: 'POST', headers, body: request });
        if (!response.ok) throw new Error(`the gateway refused: ${await response.text()}`);
        await response.text();
      });
      return [
        against('router p50', 'ms', router.p50, direct.p50),
        against('router p99', 'ms', router.p99, direct.p99),
        against('gateway p50', 'ms', gateway.p50, direct.p50),
        against('gateway p99', 'ms', gateway.p99, direct.p99),
      ];
    } finally {
      await stack.stop();
    }
  },
};
