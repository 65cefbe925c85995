import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaValidator } from '../../functions/adapters/json-schema.ts';
import { affordableMaxTokens, boundAttempt } from '../../functions/core/admission.ts';
import { failedCheck } from '../../functions/core/cascade.ts';
import { costOf } from '../../functions/core/price-book.ts';
import { cacheWriteOf, placeCachePoints } from '../../functions/core/prompt-cache.ts';
import { decide } from '../../functions/core/routing.ts';
import { estimateTokens, textTokens } from '../../functions/core/token-estimate.ts';
import { promptTokens } from '../../functions/core/usage.ts';
import type { ContentBlock, Json, Message, Prompt } from '../../functions/core/wire/converse.ts';
import { promptTokensOf } from '../../local/bedrock/tokens.ts';
import { featureSettings, modelSettings, priceRow } from '../support/settings.ts';

const asked = (text: string, over: Partial<Prompt> = {}): Prompt => ({ messages: [{ role: 'user', content: [{ text }] }], ...over });
const said = (content: readonly ContentBlock[], stopReason = 'end_turn'): { message: Message; stopReason: string } => ({
  message: { role: 'assistant', content },
  stopReason,
});
const check = (answer: ReturnType<typeof said>, prompt: Parameters<typeof failedCheck>[1]) =>
  failedCheck(answer, prompt, schemaValidator());

describe('the token estimate', () => {
  const block = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }).map((text): ContentBlock => ({ text })),
    fc.lorem({ maxCount: 60 }).map((text): ContentBlock => ({ text })),
    fc.record({ q: fc.string(), n: fc.integer() }).map((input): ContentBlock => ({ toolUse: { toolUseId: 't', name: 'search', input } })),
    fc.string().map((text): ContentBlock => ({ toolResult: { toolUseId: 't', content: [{ text }] } })),
    fc.constant<ContentBlock>({ image: { format: 'png', source: { bytes: 'AAAA' } } }),
  );
  const message = fc.array(block, { minLength: 1, maxLength: 4 }).map((content): Message => ({ role: 'user', content }));

  it('is never under the count of the model stand-in', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.array(block, { maxLength: 2 }), (messages, system) => {
        const prompt = { messages, system };
        return estimateTokens(prompt) >= promptTokensOf(prompt);
      }),
    );
  });

  it.each([
    ['English', 'The quick brown fox jumps over the lazy dog.', 10],
    ['German', 'Donaudampfschifffahrtsgesellschaft und Rechtsschutzversicherung', 19],
    ['code', 'export const textTokens = (s: string): number => s.length;', 15],
    ['Chinese', '今天天气很好，我们去公园散步吧。', 18],
    ['figures', '3.14159 2.71828 1.41421', 17],
  ])('is not under what tokenizers count for %s, and not over three times of it', (_, text, real) => {
    expect(textTokens(text)).toBeGreaterThanOrEqual(real);
    expect(textTokens(text)).toBeLessThanOrEqual(real * 3);
  });

  it('reads 5 MB in well under a second', () => {
    const started = performance.now();
    expect(textTokens('the quick brown fox '.repeat(250_000))).toBeGreaterThan(1_000_000);
    expect(performance.now() - started).toBeLessThan(800);
  });
});

describe('the bounds of an attempt', () => {
  const row = priceRow(3, 15, { longPrompt: { aboveTokens: 5_000, prices: priceRow(6, 30).prices } });

  it('hold at least what any usage within them costs', () => {
    const tokens = fc.integer({ min: 0, max: 10_000 });
    const uses = fc.tuple(tokens, tokens, tokens, fc.integer({ min: 0, max: 1_024 }));
    fc.assert(
      fc.property(uses, fc.constantFrom('none', '5m', '1h'), ([input, cacheRead, written, output], cacheWrite) => {
        const write5m = cacheWrite === 'none' ? 0 : written;
        const usage = { input, cacheRead, cacheWrite5m: write5m, cacheWrite1h: 0, output, reasoning: 0 };
        const call = { estimatedInputTokens: promptTokens(usage), requestedMaxTokens: undefined, cacheWrite } as const;
        const bounds = boundAttempt(featureSettings('f'), modelSettings('m', 3, 15), [row], call);
        return costOf(usage, row).costPico <= bounds.wantPico;
      }),
    );
  });

  it('give the output that an amount pays for, and never more', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 20_000_000_000n }), (extra) => {
        const call = { estimatedInputTokens: 1_000, requestedMaxTokens: undefined, cacheWrite: 'none' } as const;
        const bounds = boundAttempt(featureSettings('f'), modelSettings('m', 3, 15), [row], call);
        const held = bounds.floorPico + extra;
        const maxTokens = affordableMaxTokens(bounds, held);
        return maxTokens >= 64 && maxTokens <= 1_024 && bounds.inputPico + BigInt(maxTokens) * bounds.outputPerTokenPico <= held;
      }),
    );
  });

  it('are the least of what caller, feature and model allow', () => {
    const tokens = (requested: number | undefined, ofModel: number) => {
      const call = { estimatedInputTokens: 1, requestedMaxTokens: requested, cacheWrite: 'none' } as const;
      return boundAttempt(featureSettings('f'), modelSettings('m', 3, 15, { maxOutputTokens: ofModel }), [row], call).maxTokens;
    };
    expect([tokens(10, 8192), tokens(undefined, 8192), tokens(9999, 8192), tokens(undefined, 512)]).toEqual([10, 1024, 1024, 512]);
  });
});

describe('the arm', () => {
  const facts = { template: 'x', estimatedInputTokens: 100, usesTools: false };
  const feature = (over: Parameters<typeof featureSettings>[1]) => featureSettings('f', over);

  it('is cheap for a simple request, where the configuration says what is simple', () => {
    const simple = feature({
      route: { cheap: 'haiku', strong: 'sonnet', tolerance: 0, simpleWhen: { inputTokensBelow: 200, tools: false } },
    });
    expect(decide(simple, facts)).toMatchObject({ arm: 'cheap', reason: 'simple_request', escalateTo: 'sonnet' });
    expect(decide(simple, { ...facts, estimatedInputTokens: 200 })).toMatchObject({ arm: 'strong', reason: 'strong_by_default' });
    expect(decide(simple, { ...facts, usesTools: true }).arm).toBe('strong');
  });

  it('is the only model where there is one, without escalation', () => {
    const single = feature({ route: { cheap: 'sonnet', strong: 'sonnet', tolerance: 0 }, templates: { x: { tier: 'cheap' } } });
    expect(decide(single, facts)).toEqual({ arm: 'strong', model: 'sonnet', reason: 'single_model' });
  });

  it('follows an override, without escalation', () => {
    expect(decide(feature({}), facts, 'haiku')).toEqual({ arm: 'cheap', model: 'haiku', reason: 'model_override' });
  });
});

describe('the free checks', () => {
  const schema = { type: 'object', required: ['total'], properties: { total: { type: 'number' } } } satisfies Json;
  const wish = { ...asked('?'), expect: { jsonSchema: schema } };
  const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'x', schema: JSON.stringify(schema) } } } };
  const tools = { tools: [{ toolSpec: { name: 'search', inputSchema: { json: schema } } }] };
  const use = (name: string, input: Json) => said([{ toolUse: { toolUseId: 't', name, input } }], 'tool_use');

  it.each([
    ['a plain answer', said([{ text: 'The total is 42.' }]), asked('?')],
    ['JSON that fits', said([{ text: ' {"total": 42}\n' }]), wish],
    ['JSON in a code fence', said([{ text: '```json\n{"total": 42}\n```' }]), wish],
    ['a tool call that fits', use('search', { total: 1 }), asked('?', { toolConfig: tools })],
    ['a cut where the caller wanted it', said([{ text: 'The' }], 'max_tokens'), asked('?', { inferenceConfig: { maxTokens: 1 } })],
    ['a long answer that regrets something', said([{ text: `I'm sorry, but ${'it is complicated. '.repeat(40)}` }]), asked('?')],
    ['an answer to a broken schema', said([{ text: '{}' }]), { ...asked('?'), expect: { jsonSchema: { type: 'no such type' } } }],
  ])('pass %s', (_, answer, prompt) => {
    expect(check(answer, prompt)).toBeUndefined();
  });

  it.each([
    ['truncated', said([{ text: 'The' }], 'max_tokens'), asked('?')],
    ['content_filtered', said([{ text: '' }], 'content_filtered'), asked('?')],
    ['malformed', said([{ text: 'x' }], 'malformed_tool_use'), asked('?')],
    ['empty', said([{ text: ' \n' }]), asked('?')],
    ['empty', said([]), asked('?')],
    ['refused', said([{ text: 'I cannot help with that.' }]), asked('?')],
    ['not_json', said([{ text: 'The total is 42.' }]), wish],
    ['not_json', said([{ text: 'The total is 42.' }]), asked('?', { outputConfig })],
    ['schema_mismatch', said([{ text: '{"total": "42"}' }]), wish],
    ['unknown_tool', use('delete', {}), asked('?', { toolConfig: tools })],
    ['tool_arguments', use('search', {}), asked('?', { toolConfig: tools })],
  ])('fail on %s', (reason, answer, prompt) => {
    expect(check(answer, prompt)).toBe(reason);
  });
});

describe('cache points', () => {
  const long = 'word '.repeat(3_000);
  const model = modelSettings('m', 1, 5);

  it('go after a prefix that is long enough, and nowhere else', () => {
    const placed = placeCachePoints(asked('?', { system: [{ text: long }] }), model, 'auto');
    expect(placed.system?.at(-1)).toEqual({ cachePoint: { type: 'default' } });
    expect(cacheWriteOf(placed)).toBe('5m');
    expect(cacheWriteOf(placeCachePoints(asked('?', { system: [{ text: 'short' }] }), model, 'auto'))).toBe('none');
    expect(cacheWriteOf(placeCachePoints(asked(long), model, 'auto'))).toBe('none');
    expect(cacheWriteOf(placeCachePoints(asked('?', { system: [{ text: long }] }), model, 'off'))).toBe('none');
  });

  it('live an hour where the feature says so', () => {
    expect(cacheWriteOf(placeCachePoints(asked('?', { system: [{ text: long }] }), model, '1h'))).toBe('1h');
  });

  it('go after the tools where there is no system prompt', () => {
    const toolConfig = { tools: [{ toolSpec: { name: 'a', description: long, inputSchema: { json: {} } } }] };
    expect(placeCachePoints(asked('?', { toolConfig }), model, 'auto').toolConfig?.tools.at(-1)).toEqual({
      cachePoint: { type: 'default' },
    });
  });

  it('stay where the caller put them, and are taken out for a model that knows none', () => {
    const own = asked('?', { system: [{ text: long }, { cachePoint: { type: 'default' } }, { text: 'more' }] });
    expect(placeCachePoints(own, model, 'auto')).toEqual(own);
    expect(placeCachePoints(own, { ...model, cacheMaxPoints: 0 }, 'auto').system).toEqual([{ text: long }, { text: 'more' }]);
  });
});
