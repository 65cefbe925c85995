import { once } from 'node:events';
import { constants } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContentBlock } from '../../functions/core/wire/converse.ts';
import type { AwsCall, AwsResponse } from '../backend.ts';
import { type Answer, answerTo } from './answer.ts';
import { AwsError, sendJson } from './aws-error.ts';
import { type Behaviour, type Fault, faultOf, latencyOf } from './behaviour.ts';
import type { CallLog, LoggedCall } from './call-log.ts';
import { type ConverseRequest, checkForModel, parseConverse } from './converse-request.ts';
import { type ConverseUsage, usageOf } from './converse-usage.ts';
import { eventFrame, streamEvents } from './event-stream.ts';
import type { StandInModel } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import { piecesOf, promptTokensOf } from './tokens.ts';

/** What the model calls of one stand-in share. */
export type RuntimeState = {
  readonly cache: PromptCache;
  readonly log: CallLog;
  readonly now: () => number;
  /** The model of a called id; throws what Bedrock says about unknown, not granted and profile-only ones. */
  readonly resolve: (modelId: string) => StandInModel;
  behaviour: Behaviour;
  callCount: number;
};

const FAULT_MESSAGES: Readonly<Record<Exclude<Fault, 'disconnect'>, string>> = {
  ThrottlingException: 'Too many tokens, please wait before trying again.',
  ServiceUnavailableException: 'The service is temporarily unable to handle the request.',
  ModelTimeoutException: 'Model has timed out in processing the request. Try your request again.',
  ValidationException: 'The provided request is not valid.',
  AccessDeniedException: "You don't have access to the model with the specified model ID.",
};

type Thought = { readonly answer: Answer; readonly usage: ConverseUsage; readonly latencyMs: number };

/** Breaks the connection of this one call: the socket of HTTP/1.1, the stream of HTTP/2. */
function disconnect(response: AwsResponse): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.socket?.destroy();
}

async function think(state: RuntimeState, request: ConverseRequest, model: StandInModel): Promise<Thought> {
  const answer = answerTo(request, model);
  const latencyMs = latencyOf(state.behaviour, model.id) ?? answer.latencyMs;
  await delay(latencyMs);
  const usage = usageOf(state.cache.use(piecesOf(request), model, state.now()), answer.outputTokens);
  return { answer, usage, latencyMs };
}

const messageOf = (content: readonly ContentBlock[]) => ({ message: { role: 'assistant', content } });

function sendAnswer(response: AwsResponse, { answer, usage, latencyMs }: Thought): void {
  sendJson(response, { output: messageOf(answer.content), stopReason: answer.stopReason, usage, metrics: { latencyMs } });
}

/** Writes the events one by one. With `breaksOff`, the connection ends after the first words, and usage is never said. */
async function sendStream(response: AwsResponse, { answer, usage, latencyMs }: Thought, breaksOff: boolean): Promise<void> {
  response.statusCode = 200;
  response.setHeader('content-type', 'application/vnd.amazon.eventstream');
  for (const [type, payload] of streamEvents(answer, { usage, metrics: { latencyMs } })) {
    if (breaksOff && type === 'contentBlockStop') {
      await delay(5);
      return disconnect(response);
    }
    const frame = eventFrame(type, payload);
    // Two overload sets, which TypeScript does not call as one.
    const flushed = 'stream' in response ? response.write(frame) : response.write(frame);
    if (!flushed) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

async function fail(state: RuntimeState, fault: Exclude<Fault, 'disconnect'>, modelId: string): Promise<never> {
  await delay(latencyOf(state.behaviour, modelId) ?? 0);
  throw new AwsError(fault, FAULT_MESSAGES[fault]);
}

type Operation = 'Converse' | 'ConverseStream';

async function answerCall(state: RuntimeState, operation: Operation, call: AwsCall, model: StandInModel, response: AwsResponse) {
  const request = parseConverse(call.body.toString('utf8'));
  checkForModel(request, model);
  state.callCount += 1;
  const fault = faultOf(state.behaviour, model.id, state.callCount);
  if (fault !== undefined && fault !== 'disconnect') return fail(state, fault, model.id);
  const thought = await think(state, request, model);
  if (operation === 'ConverseStream') await sendStream(response, thought, fault === 'disconnect');
  else if (fault === 'disconnect') disconnect(response);
  else sendAnswer(response, thought);
  return { thought, request, fault };
}

type Answered = Awaited<ReturnType<typeof answerCall>>;

function logged({ thought, request, fault }: Answered) {
  const { usage, answer, latencyMs } = thought;
  const { maxTokens } = request.inferenceConfig ?? {};
  return {
    outcome: fault ?? 'answered',
    ...(maxTokens === undefined ? {} : { maxTokens }),
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadInputTokens: usage.cacheReadInputTokens,
    cacheWriteInputTokens: usage.cacheWriteInputTokens,
    cachePoints: piecesOf(request).filter((piece) => piece.kind === 'cachePoint').length,
    stopReason: answer.stopReason,
    latencyMs,
    requestMetadata: request.requestMetadata,
  };
}

/** Converse and ConverseStream: answers, and writes the call into the log whatever comes of it. */
export async function converse(state: RuntimeState, operation: Operation, modelId: string, call: AwsCall, response: AwsResponse) {
  const seen = { atMs: state.now(), operation, modelId };
  const nothing = { model: modelId, cachePoints: 0, latencyMs: 0, requestMetadata: {} };
  const note = (entry: Partial<LoggedCall> & { outcome: string }) => state.log.add({ ...nothing, ...seen, ...entry });
  try {
    const model = state.resolve(modelId);
    note({ model: model.id, ...logged(await answerCall(state, operation, call, model, response)) });
  } catch (error) {
    note({ outcome: error instanceof AwsError ? error.type : 'broken' });
    throw error;
  }
}

/** CountTokens, free: of a Converse input only. */
export function countTokens(state: RuntimeState, modelId: string, call: AwsCall, response: AwsResponse): void {
  state.resolve(modelId);
  const input: unknown = JSON.parse(call.body.toString('utf8') || '{}')?.input?.converse;
  if (input === undefined) throw new AwsError('ValidationException', 'The stand-in counts tokens of input.converse only.');
  sendJson(response, { inputTokens: promptTokensOf(parseConverse(JSON.stringify(input))) });
}
