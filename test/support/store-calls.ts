import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsCall, AwsResponse, Backend } from '../../local/backend.ts';
import type { TestStack } from './stack.ts';

export type StoreCall = { readonly service: string; readonly operation: string; readonly startMs: number; readonly endMs: number };

/** Long enough for two calls that are made beside each other to overlap, whatever else this machine does. */
const SLOW_MS = 60;

/** Slows every call of functions to DynamoDB down, and notes it and those to the models, so that what waits for what can be seen. */
export function watchStoreCalls(stack: TestStack): { take(): StoreCall[]; stop(): void } {
  const seen: StoreCall[] = [];
  const stops = ['dynamodb', 'bedrock'].map((service) => {
    const real = stack.backends.get(service);
    if (real === undefined) throw new RangeError(`the stack has no ${service}`);
    const watched: Backend = async (call: AwsCall, response: AwsResponse) => {
      if (call.caller.kind === 'operator') return real(call, response);
      const startMs = performance.now();
      if (service === 'dynamodb') await sleep(SLOW_MS);
      await real(call, response);
      const operation = (call.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      seen.push({ service, operation, startMs, endMs: performance.now() });
    };
    stack.backends.set(service, watched);
    return () => stack.backends.set(service, real);
  });
  return {
    take: () => seen.splice(0).toSorted((a, b) => a.startMs - b.startMs),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** How many store calls had to be waited for one after the other before the model was asked. */
export function roundsBeforeModel(calls: readonly StoreCall[]): number {
  const model = calls.find(({ service }) => service === 'bedrock');
  let rounds = 0;
  let roundEndMs = Number.NEGATIVE_INFINITY;
  for (const { service, startMs, endMs } of calls) {
    if (service !== 'dynamodb' || startMs > (model?.startMs ?? Number.POSITIVE_INFINITY)) continue;
    if (startMs >= roundEndMs) rounds += 1;
    roundEndMs = startMs >= roundEndMs ? endMs : Math.max(roundEndMs, endMs);
  }
  return rounds;
}
