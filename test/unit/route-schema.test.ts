import { describe, expect, it } from 'vitest';
import { parseRouteRequest } from '../../functions/schemas/route.ts';
import { ask } from '../support/route-world.ts';

const SECRET = 'my secret prompt';
const parsed = (over: Record<string, unknown>) => parseRouteRequest({ ...ask(), ...over });
const messageOf = (over: Record<string, unknown>) => {
  const outcome = parsed(over);
  return outcome.kind === 'refused' ? `${outcome.refusal.reason} ${outcome.refusal.message}` : 'parsed';
};

describe('a request that can be read', () => {
  it.each([
    [
      'every field',
      { templateVersion: 'v1', run: 'Run_1.2:3-4', parentRun: 'p', inferenceConfig: { maxTokens: 1 }, model: 'auto', idempotencyKey: 'k' },
    ],
    ['blocks of other kinds', { messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: 'AA==' } } }] }] }],
    ['no tags: that is decided later', { feature: undefined, template: '' }],
    ['a schema to fit', { expect: { jsonSchema: { type: 'object' } } }],
  ])('has %s', (_, over) => {
    expect(messageOf(JSON.parse(JSON.stringify(over)))).toBe('parsed');
  });
});

describe('a request that cannot be read', () => {
  it.each([
    ['feature', { feature: 'Upper Case' }],
    ['feature', { feature: 'a'.repeat(49) }],
    ['feature', { feature: '_unassigned' }],
    ['run', { run: 'a b' }],
    ['run', { run: 'a'.repeat(129) }],
    ['messages', { messages: [] }],
    ['messages.0.content', { messages: [{ role: 'user', content: [] }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{}] }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ text: SECRET, image: {} }] }] }],
    ['messages.0.content.0.text', { messages: [{ role: 'user', content: [{ text: [SECRET] }] }] }],
    ['messages.0.role', { messages: [{ role: SECRET, content: [{ text: 'x' }] }] }],
    ['inferenceConfig.maxTokens', { inferenceConfig: { maxTokens: 0 } }],
    ['toolConfig.tools', { toolConfig: { tools: [] } }],
    ['idempotencyKey', { idempotencyKey: 'a key' }],
    ['request', { idempotency_key: 'k' }],
  ])('is told where: %s, and nothing of the prompt', (path, over) => {
    expect(messageOf(over)).toMatch(new RegExp(`^request_malformed ${path.replaceAll('.', '\\.')}: `));
    expect(messageOf(over)).not.toContain(SECRET);
  });

  it('is refused before its depth can exhaust the stack', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(messageOf({ toolConfig: deep })).toContain('nested deeper than 100 levels');
  });
});
