import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { SpillwayError } from '../core/errors.ts';
import type { ModelAnswer, ModelCall, ModelClient, ModelEvent } from '../ports/model-client.ts';
import { message } from '../schemas/converse.ts';
import { bedrockFailure } from './bedrock-errors.ts';
import { StreamedMessage } from './bedrock-stream.ts';
import { converseInput, encodeBytes, servedBy, usageOf } from './bedrock-wire.ts';

/** No retries of the SDK's own: each attempt is held and booked by itself (Law 5). */
const bedrock = new BedrockRuntimeClient({ maxAttempts: 1 });

/** Bedrock's Converse. NOT guaranteed: that a call which failed was not billed; `maybeBilled` says where it may have been. */
export function bedrockModels(now: () => number): ModelClient {
  return {
    async converse(call) {
      onlyBedrock(call);
      const startedAtMs = now();
      const abortSignal = AbortSignal.timeout(call.timeoutMs);
      try {
        const answer = await bedrock.send(new ConverseCommand(converseInput(call)), { abortSignal });
        return {
          message: message.parse(encodeBytes(answer.output?.message)),
          stopReason: answer.stopReason ?? 'unknown',
          usage: usageOf(answer.usage),
          ...servedBy(answer),
          latencyMs: now() - startedAtMs,
        };
      } catch (error) {
        throw bedrockFailure(error);
      }
    },

    async *converseStream(call): AsyncGenerator<ModelEvent, ModelAnswer> {
      onlyBedrock(call);
      const startedAtMs = now();
      const abortSignal = AbortSignal.timeout(call.timeoutMs);
      const streamed = new StreamedMessage();
      try {
        const { stream } = await bedrock.send(new ConverseStreamCommand(converseInput(call)), { abortSignal });
        for await (const event of untilAborted(stream ?? nothing(), abortSignal)) {
          streamed.take(event);
          if (event.metadata === undefined) yield jsonEvent(event);
        }
      } catch (error) {
        throw bedrockFailure(error, streamed.started ? streamed.outputTokens() : undefined);
      }
      const { stopReason = 'unknown', metadata } = streamed;
      const served = { usage: usageOf(metadata?.usage), ...servedBy(metadata ?? {}) };
      return { message: streamed.message(), stopReason, ...served, latencyMs: now() - startedAtMs };
    },
  };
}

function onlyBedrock({ model }: ModelCall): void {
  if (model.provider === 'bedrock') return;
  throw new SpillwayError('model_unavailable', `models of ${model.provider} are not callable in this version: route to a Bedrock model`);
}

/** The SDK stops listening to the signal once the stream has begun; a stream that hangs must still end. */
async function* untilAborted(stream: AsyncIterable<ConverseStreamOutput>, signal: AbortSignal): AsyncGenerator<ConverseStreamOutput> {
  const events = stream[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  for (;;) {
    const next = await Promise.race([events.next(), aborted]);
    if (next.done === true) return;
    yield next.value;
  }
}

async function* nothing(): AsyncGenerator<ConverseStreamOutput> {}

function jsonEvent(event: ConverseStreamOutput): ModelEvent {
  const encoded = encodeBytes(event);
  return typeof encoded === 'object' && encoded !== null ? { ...encoded } : {};
}
