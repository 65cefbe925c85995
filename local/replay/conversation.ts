import { z } from 'zod';
import type { ContentBlock, Json, Message, Prompt, Tool } from '../../functions/core/wire/converse.ts';
import { blockTokens } from '../bedrock/tokens.ts';
import { toolsSeen } from './seen-tools.ts';
import { directed, type Lane, type ReplayCall } from './trace.ts';

const toolCall = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });
const openAiMessage = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
  tool_call_id: z.string().nullish(),
});
const conversationLine = z.object({ run_id: z.string(), messages: z.array(openAiMessage).min(2) });

/** A recorded agent run: OpenAI-style messages. */
export type Conversation = z.infer<typeof conversationLine>;
type OpenAiMessage = Conversation['messages'][number];

/** JSON lines of `{ run_id, messages }`. */
export function parseConversations(text: string): Conversation[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = conversationLine.safeParse(JSON.parse(line));
    if (!parsed.success) throw new RangeError(`line ${index + 1}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    return [parsed.data];
  });
}

/** Arguments as recorded; what is no JSON object is kept as text. */
export function argumentsOf(call: { readonly function: { readonly arguments: string } }): Json {
  try {
    const parsed: Json = JSON.parse(call.function.arguments);
    return parsed !== null && typeof parsed === 'object' ? parsed : { value: parsed };
  } catch {
    return { text: call.function.arguments };
  }
}

/** Bedrock's own rule for ids. */
const toolUseId = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
const textBlock = (text: string | null | undefined): ContentBlock[] => (text?.trim() ? [{ text }] : []);

function blocksOf(message: OpenAiMessage): ContentBlock[] {
  if (message.role === 'tool') {
    return [{ toolResult: { toolUseId: toolUseId(message.tool_call_id ?? ''), content: [{ text: message.content || '(nothing)' }] } }];
  }
  const calls = (message.tool_calls ?? []).map(
    (call): ContentBlock => ({ toolUse: { toolUseId: toolUseId(call.id), name: call.function.name, input: argumentsOf(call) } }),
  );
  return [...textBlock(message.content), ...calls];
}

/** Converse alternates strictly: tool results and user texts that follow one another are one user message. */
export function toMessages(recorded: readonly OpenAiMessage[]): Message[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlock[] }[] = [];
  for (const message of recorded) {
    if (message.role === 'system' || message.role === 'developer') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(message);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) messages.push({ role, content: blocks });
  }
  return messages;
}

function directivesOf(turn: Message): string[] {
  const call = turn.content.find((block) => block.toolUse !== undefined)?.toolUse;
  const text = turn.content.filter((block) => block.text !== undefined);
  const out = text.length > 0 || call === undefined ? [`[[out=${tokensOf({ ...turn, content: text })}]]`] : [];
  return call === undefined ? out : [...out, `[[tool=${call.name}:${JSON.stringify(call.input)}]]`];
}

const tokensOf = (turn: Message): number =>
  Math.max(
    1,
    turn.content.reduce((sum, block) => sum + blockTokens(block), 0),
  );
const systemOf = ({ messages }: Conversation): string =>
  messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? '';

/** Names of runs as Spillway takes them. */
const runName = (id: string, replayId: string): string => `${id.replace(/[^A-Za-z0-9._:-]/g, '.').slice(0, 100)}:${replayId}`;

/** Every assistant turn as one request with the history up to there, under the conversation's run. */
function turnsOf(conversation: Conversation, tools: readonly Tool[], replayId: string): ReplayCall[] {
  const messages = toMessages(conversation.messages);
  const system = textBlock(systemOf(conversation));
  return messages.flatMap((turn, index) => {
    if (turn.role !== 'assistant' || index === 0) return [];
    const prompt: Prompt = {
      messages: messages.slice(0, index),
      ...(system.length > 0 ? { system } : {}),
      ...(tools.length > 0 ? { toolConfig: { tools } } : {}),
    };
    const run = runName(conversation.run_id, replayId);
    return [{ atMs: 0, prompt: directed(prompt, ...directivesOf(turn)), outputTokens: tokensOf(turn), affinity: conversation.run_id, run }];
  });
}

/** One lane a conversation. `replayId` makes its run a new one: a second replay of the file is no loop. */
export function lanesOfConversations(conversations: readonly Conversation[], replayId: string): Lane[] {
  const bySystem = Map.groupBy(conversations, systemOf);
  const tools = new Map([...bySystem].map(([system, group]) => [system, toolsSeen(group)]));
  return conversations.map((conversation) => ({
    atMs: 0,
    count: toMessages(conversation.messages).filter(({ role }, index) => role === 'assistant' && index > 0).length,
    calls: () => turnsOf(conversation, tools.get(systemOf(conversation)) ?? [], replayId),
  }));
}
