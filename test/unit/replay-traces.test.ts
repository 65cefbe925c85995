import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { estimateTokens } from '../../functions/core/token-estimate.ts';
import { answerTo } from '../../local/bedrock/answer.ts';
import { checkForModel, readConverse } from '../../local/bedrock/converse-request.ts';
import { findModel } from '../../local/bedrock/models.ts';
import { promptTokensOf, textTokens } from '../../local/bedrock/tokens.ts';
import { lanesOfConversations, parseConversations, toMessages } from '../../local/replay/conversation.ts';
import { limitLanes } from '../../local/replay/limit-lanes.ts';
import { prose } from '../../local/replay/prose.ts';
import { readTrace } from '../../local/replay/read-trace.ts';
import { parseCsvTrace, parseJsonlTrace, promptOf } from '../../local/replay/request-trace.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'replay-'));
const fileOf = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('a request trace', () => {
  it('is read from CSV by its header, whatever the order', () => {
    expect(parseCsvTrace('in_tok,out_tok,t_s\r\n10,2,0.5\r\n\r\n')).toEqual([{ atMs: 500, inputTokens: 10, outputTokens: 2, hashIds: [] }]);
  });

  it('is read from JSON lines with prefix blocks', () => {
    expect(parseJsonlTrace('{"t_ms":3,"in_tok":600,"out_tok":4,"hash_ids":[0,7]}\n')).toEqual([
      { atMs: 3, inputTokens: 600, outputTokens: 4, hashIds: [0, 7] },
    ]);
  });

  it.each([
    ['t_s,in_tok,out_tok\n0,1,2\n1,x,2', /line 3/],
    ['{"t_ms":1,"in_tok":1,"out_tok":1}\n{"t_ms":1,"in_tok":-1,"out_tok":1}', /line 2/],
    ['hello,world\n1,2', /not recognised: expected a CSV/],
    ['', /not recognised/],
  ])('names the wrong line of %j', (text, message) => {
    expect(() => readTrace(fileOf('wrong', text), 'id')).toThrow(message);
  });

  it('says that a file is not there', () => {
    expect(() => readTrace(join(folder, 'none.csv'), 'id')).toThrow(/cannot read .*none\.csv/);
  });

  it('is read from gzip as from plain text', () => {
    const text = 't_s,in_tok,out_tok\n0,100,5\n';
    const [plain, packed] = [readTrace(fileOf('a.csv', text), 'id'), readTrace(fileOf('a.csv.gz', gzipSync(text)), 'id')];
    expect(packed.lanes.map((lane) => lane.calls())).toEqual(plain.lanes.map((lane) => lane.calls()));
  });

  it('becomes prompts of exactly the traced tokens, by the stand-in and nearly so by the router', () => {
    const request = fc.record({ inputTokens: fc.integer({ min: 5, max: 9_000 }), hashIds: fc.array(fc.nat(1_000), { maxLength: 18 }) });
    fc.assert(
      fc.property(request, ({ inputTokens, hashIds }) => {
        const prompt = promptOf({ atMs: 0, outputTokens: 1, inputTokens, hashIds }, 1);
        expect(promptTokensOf(prompt)).toBe(inputTokens);
        const estimate = estimateTokens(prompt);
        expect(estimate).toBeGreaterThanOrEqual(inputTokens);
        expect(estimate).toBeLessThan(inputTokens + 30 + 8 * hashIds.length);
      }),
      { numRuns: 50 },
    );
  });

  it('repeats the prefix of equal blocks, and nothing else', () => {
    const [a, b] = [
      promptOf({ atMs: 0, inputTokens: 1_500, outputTokens: 1, hashIds: [1, 2, 3] }, 1),
      promptOf({ atMs: 0, inputTokens: 1_500, outputTokens: 1, hashIds: [1, 9, 3] }, 2),
    ];
    expect(a.system?.[0]).toEqual(b.system?.[0]);
    expect(a.system?.[1]).not.toEqual(b.system?.[1]);
    expect(a.messages).not.toEqual(b.messages);
  });

  it('is bounded by requests, in the middle of a lane too', () => {
    const call = { atMs: 0, prompt: { messages: [] }, outputTokens: 1, affinity: 'a' };
    const lane = { atMs: 0, count: 3, calls: () => [call, call, call] };
    const limited = limitLanes([lane, lane, lane], { requests: 4 });
    expect(limited.map(({ count }) => count)).toEqual([3, 1]);
    expect(limited[1]?.calls()).toHaveLength(1);
    expect(limitLanes([lane, lane], { conversations: 1 })).toHaveLength(1);
  });
});

describe('synthesized prose', () => {
  it('has exactly the tokens asked for, and begins the same at any length', () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(), (tokens, seed) => {
        expect(textTokens(prose(tokens + 1, seed))).toBe(tokens + 1);
        expect(prose(tokens + 50, seed).startsWith(prose(tokens + 1, seed))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

const call = (id: string, name: string, input: unknown) => ({ id, type: 'function', function: { name, arguments: JSON.stringify(input) } });
const conversation = JSON.stringify({
  run_id: 'tau/airline/0',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Find user 7' },
    { role: 'assistant', content: null, tool_calls: [call('call 1', 'find', { id: 7, deep: true }), call('call 2', 'find', { id: 'x' })] },
    { role: 'tool', tool_call_id: 'call 1', name: 'find', content: 'Ann' },
    { role: 'tool', tool_call_id: 'call 2', name: 'find', content: '' },
    { role: 'user', content: 'And?' },
    { role: 'assistant', content: 'It is Ann.' },
  ],
});

describe('a recorded conversation', () => {
  const parsed = parseConversations(conversation);
  const calls = () => lanesOfConversations(parsed, 'r1')[0]?.calls() ?? [];

  it('becomes Converse messages that alternate, results with their calls', () => {
    const [, asked, answered] = toMessages(parsed[0]?.messages ?? []);
    expect(asked?.content.map((block) => block.toolUse?.toolUseId)).toEqual(['call_1', 'call_2']);
    expect(answered).toMatchObject({
      role: 'user',
      content: [{ toolResult: { toolUseId: 'call_1' } }, { toolResult: { content: [{ text: '(nothing)' }] } }, { text: 'And?' }],
    });
  });

  it('is one request for each assistant turn, with the history up to there and the run', () => {
    expect(calls().map(({ prompt }) => prompt.messages.length)).toEqual([1, 3]);
    expect(calls()[0]).toMatchObject({ run: 'tau.airline.0:r1', prompt: { system: [{ text: 'Be brief.' }] } });
  });

  it('directs the stand-in to do what the recorded model did', () => {
    expect(calls().map(({ prompt }) => prompt.inferenceConfig?.stopSequences)).toEqual([
      ['[[tool=find:{"id":7,"deep":true}]]'],
      ['[[out=3]]'],
    ]);
  });

  it('offers the tools that were called, with every type of argument seen', () => {
    expect(calls()[0]?.prompt.toolConfig?.tools).toEqual([
      {
        toolSpec: {
          name: 'find',
          description: 'The tool find.',
          inputSchema: { json: { type: 'object', properties: { deep: { type: 'boolean' }, id: { type: ['number', 'string'] } } } },
        },
      },
    ]);
  });

  it('names the wrong line', () => {
    expect(() => parseConversations(`${conversation}\n{"run_id":1,"messages":[]}`)).toThrow(/line 2/);
  });
});

describe.skipIf(!existsSync(DATA))('the real traces (skipped where ../shared/data is absent)', () => {
  it('are read whole', () => {
    expect(readTrace(join(DATA, 'requests/azure_code_2023.csv'), 'id').lanes).toHaveLength(8_819);
    expect(readTrace(join(DATA, 'requests/mooncake_conversation.jsonl.gz'), 'id').lanes).toHaveLength(12_031);
  });

  it('of agents become requests that Bedrock takes, and that the stand-in answers as recorded', () => {
    const haiku = findModel('us.anthropic.claude-haiku-4-5-20251001-v1:0')?.model;
    if (haiku === undefined) throw new RangeError('no such model');
    const calls = readTrace(join(DATA, 'agents/raw_chat_taubench.jsonl.gz'), 'id').lanes.flatMap((lane) => lane.calls());
    const answers = calls.map(({ prompt }) => {
      const request = readConverse(prompt);
      checkForModel(request, haiku);
      return answerTo(request, haiku);
    });
    expect(answers).toHaveLength(1_381);
    expect(answers.filter(({ stopReason }) => stopReason === 'tool_use')).toHaveLength(621);
    expect(answers.map(({ outputTokens }) => outputTokens)).toEqual(calls.map(({ outputTokens }) => outputTokens));
  });
});
