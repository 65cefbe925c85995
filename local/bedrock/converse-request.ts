import { z } from 'zod';
import type { ContentBlock, Message, Prompt } from '../../functions/core/wire/converse.ts';
import { AwsError } from './aws-error.ts';
import type { StandInModel } from './models.ts';
import { piecesOf, promptTokensOf } from './tokens.ts';

const cachePoint = z.object({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).optional() });
const block = z.looseObject({
  text: z.string().optional(),
  toolUse: z.object({ toolUseId: z.string().min(1), name: z.string().min(1), input: z.json() }).optional(),
  toolResult: z
    .object({ toolUseId: z.string(), content: z.array(z.record(z.string(), z.json())), status: z.enum(['success', 'error']).optional() })
    .optional(),
  cachePoint: cachePoint.optional(),
});
const tool = z.looseObject({
  toolSpec: z.object({ name: z.string().min(1), description: z.string().optional(), inputSchema: z.object({ json: z.json() }) }).optional(),
  cachePoint: cachePoint.optional(),
});

/** What request metadata is made of (Bedrock API reference, RequestMetadataBaseFilters: key and value pattern). */
const METADATA = /^[a-zA-Z0-9\s._:/=+$@-]{0,256}$/;

const converseSchema = z.looseObject({
  messages: z.array(z.object({ role: z.enum(['user', 'assistant', 'system']), content: z.array(block).min(1) })).min(1),
  system: z.array(block).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.number().int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).max(2_500).optional(),
    })
    .optional(),
  toolConfig: z.object({ tools: z.array(tool).min(1), toolChoice: z.record(z.string(), z.json()).optional() }).optional(),
  outputConfig: z.record(z.string(), z.json()).optional(),
  serviceTier: z.object({ type: z.enum(['default', 'flex', 'priority', 'reserved']) }).optional(),
  requestMetadata: z.record(z.string().regex(METADATA).min(1), z.string().regex(METADATA)).optional(),
});

/** A Converse request that passed Bedrock's checks of shape. */
export type ConverseRequest = Prompt & { readonly requestMetadata: Readonly<Record<string, string>> };

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('The request body is not JSON.');
  }
}

export function parseConverse(body: string): ConverseRequest {
  return readConverse(parsedBody(body));
}

export function readConverse(body: unknown): ConverseRequest {
  const result = converseSchema.safeParse(body);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `Value at '${issue.path.join('.')}' failed to satisfy constraint: ${issue.message}`);
    throw invalid(`${issues.length} validation error${issues.length === 1 ? '' : 's'} detected: ${issues.join('; ')}`);
  }
  const { outputConfig, requestMetadata = {}, ...shape } = result.data;
  if (Object.keys(requestMetadata).length > 16) throw invalid('requestMetadata holds more than 16 entries.');
  const { messages, system, inferenceConfig, toolConfig, serviceTier } = shape;
  // Through JSON, so that what is undefined is left out: a prompt's identity is its JSON.
  const prompt: Prompt = JSON.parse(JSON.stringify({ messages, system, inferenceConfig, toolConfig, outputConfig, serviceTier }));
  checkConversation(prompt.messages, toolConfig !== undefined);
  return { ...prompt, requestMetadata };
}

/** The order of a conversation, as Bedrock insists on it. */
function checkConversation(messages: readonly Message[], hasTools: boolean): void {
  if (messages[0]?.role !== 'user')
    throw invalid('A conversation must start with a user message. Try again with a conversation that starts with a user message.');
  for (const [index, message] of messages.entries()) {
    if (message.role === messages[index - 1]?.role) throw invalid('A conversation must alternate between user and assistant roles.');
    if (message.content.some((item) => item.text?.trim() === ''))
      throw invalid(`The text field in the ContentBlock object at messages.${index}.content is blank.`);
    checkToolResults(messages[index - 1], message, index);
  }
  const usesTools = messages.some(({ content }) => content.some((item) => item.toolUse !== undefined || item.toolResult !== undefined));
  if (usesTools && !hasTools) throw invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.');
}

const ids = (content: readonly ContentBlock[], pick: (block: ContentBlock) => string | undefined): string[] =>
  content.flatMap((item) => pick(item) ?? []).sort();

function checkToolResults(before: Message | undefined, message: Message, index: number): void {
  if (message.role !== 'user') return;
  const asked = ids(before?.content ?? [], (item) => item.toolUse?.toolUseId);
  const answered = ids(message.content, (item) => item.toolResult?.toolUseId);
  if (asked.join() === answered.join()) return;
  throw invalid(
    `Expected toolResult blocks at messages.${index}.content for the Ids of the toolUse blocks of messages.${index - 1}.content, and no others.`,
  );
}

/** What a model refuses although the shape is right. */
export function checkForModel(request: ConverseRequest, model: StandInModel): void {
  const points = piecesOf(request).filter((piece) => piece.kind === 'cachePoint');
  if (points.length > 0 && model.cacheMinTokens === undefined) {
    throw new AwsError('AccessDeniedException', 'You invoked an unsupported model or your request did not allow prompt caching.');
  }
  if (points.length > 4) throw invalid(`A maximum of 4 cache points is allowed; the request has ${points.length}.`);
  if (points.some((point, index) => point.ttl === '1h' && points[index - 1]?.ttl === '5m')) {
    throw invalid('A cache point with ttl 1h must not come after one with ttl 5m.');
  }
  const maxTokens = request.inferenceConfig?.maxTokens ?? 0;
  if (maxTokens > model.maxOutputTokens) {
    throw invalid(`The maximum tokens you requested exceeds the model limit of ${model.maxOutputTokens}.`);
  }
  if (promptTokensOf(request) > model.contextTokens) throw invalid('Input is too long for requested model.');
}
