import { once } from 'node:events';
import { constants } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContentBlock } from '../../functions/core/wire/converse.ts';
import { type AwsCall, type AwsResponse, writeBytes } from '../backend.ts';
import { eventFrame } from '../event-frame.ts';
import { type Answer, answerTo } from './answer.ts';
import { AwsError, sendJson } from './aws-error.ts';
import { type Behaviour, type Fault, faultOf, latencyOf } from './behaviour.ts';
import type { CallLog, LoggedCall } from './call-log.ts';
import { type ConverseRequest, checkForModel, parseConverse } from './converse-request.ts';
import { type ConverseUsage, usageOf } from './converse-usage.ts';
import type { StandInModel } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import { streamEvents } from './stream-events.ts';
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
  const counted = state.cache.use(piecesOf(request), model, state.now());
  const usage = usageOf(answer.usage ?? counted, answer.usage?.output ?? answer.outputTokens);
  return { answer, usage, latencyMs };
}

const messageOf = (content: readonly ContentBlock[]) => ({ message: { role: 'assistant', content } });

function sendAnswer(response: AwsResponse, { answer, usage, latencyMs }: Thought): void {
  const { content, stopReason, serviceTier } = answer;
  sendJson(response, { output: messageOf(content), stopReason, usage, metrics: { latencyMs }, serviceTier });
}

/** Writes the events one by one. With `breaksOff`, the connection ends after the first words, and usage is never said. */
async function sendStream(response: AwsResponse, { answer, usage, latencyMs }: Thought, breaksOff: boolean): Promise<void> {
  response.statusCode = 200;
  response.setHeader('content-type', 'application/vnd.amazon.eventstream');
  for (const [type, payload] of streamEvents(answer, { usage, metrics: { latencyMs }, serviceTier: answer.serviceTier })) {
    if (breaksOff && type === 'contentBlockStop') {
      await delay(5);
      return disconnect(response);
    }
    const frame = eventFrame(type, 'application/json', Buffer.from(JSON.stringify(payload)));
    if (!writeBytes(response, frame)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** Throws after the behaviour's latency, as AWS refuses. */
async function fail(state: RuntimeState, fault: Exclude<Fault, 'disconnect'>, modelId: string): Promise<never> {
  await delay(latencyOf(state.behaviour, modelId) ?? 0);
  throw new AwsError(fault, FAULT_MESSAGES[fault]);
}

type Operation = 'Converse' | 'ConverseStream';

/** What the log says of a request before anything has come of it. */
function received(state: RuntimeState, operation: Operation, modelId: string) {
  return { atMs: state.now(), operation, modelId, model: modelId, cachePoints: 0, latencyMs: 0, requestMetadata: {} };
}

function asked(request: ConverseRequest, model: StandInModel) {
  const { maxTokens } = request.inferenceConfig ?? {};
  const cachePoints = piecesOf(request).filter((piece) => piece.kind === 'cachePoint').length;
  return { model: model.id, cachePoints, requestMetadata: request.requestMetadata, ...(maxTokens === undefined ? {} : { maxTokens }) };
}

const said = ({ usage: { totalTokens: _, cacheDetails: __, ...usage }, answer, latencyMs }: Thought) => ({
  ...usage,
  stopReason: answer.stopReason,
  latencyMs,
});

/** Answers, or breaks the connection as told: then the work was done, and only the caller does not know. */
async function send(operation: Operation, response: AwsResponse, thought: Thought, breaks: boolean): Promise<void> {
  if (operation === 'ConverseStream') await sendStream(response, thought, breaks);
  else if (breaks) disconnect(response);
  else sendAnswer(response, thought);
}

/** Converse and ConverseStream: answers, and writes the call into the log whatever comes of it. */
export async function converse(state: RuntimeState, operation: Operation, modelId: string, call: AwsCall, response: AwsResponse) {
  let entry: Omit<LoggedCall, 'outcome'> = received(state, operation, modelId);
  try {
    const model = state.resolve(modelId);
    const request = parseConverse(call.body.toString('utf8'));
    entry = { ...entry, ...asked(request, model) };
    checkForModel(request, model);
    state.callCount += 1;
    const fault = faultOf(state.behaviour, model.id, state.callCount);
    if (fault !== undefined && fault !== 'disconnect') return await fail(state, fault, model.id);
    const thought = await think(state, request, model);
    state.log.add({ ...entry, ...said(thought), outcome: fault ?? 'answered' });
    await send(operation, response, thought, fault === 'disconnect');
  } catch (error) {
    if (error instanceof AwsError) state.log.add({ ...entry, outcome: error.type });
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
