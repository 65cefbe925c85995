import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DYNAMIC,
  joinPrefix,
  NO_STATIC_PART,
  segmentsOf,
  shortPrefix,
  splitPrefix,
  staticPart,
} from '../../functions/core/template-version.ts';
import type { Prompt } from '../../functions/core/wire/converse.ts';
import type { TemplateProfiles } from '../../functions/ports/template-profiles.ts';
import { TemplateVersions } from '../../functions/use-cases/template-versions.ts';
import { memoryFingerprints } from '../support/memory-fingerprints.ts';
import { memoryProfiles } from '../support/memory-profiles.ts';

const log = () => undefined;
const versions = (profiles: TemplateProfiles = memoryProfiles()) =>
  new TemplateVersions({ fingerprints: memoryFingerprints, profiles, log });
const prompt = (system: string, over: Partial<Prompt> = {}): Prompt => ({
  messages: [{ role: 'user', content: [{ text: 'hello' }] }],
  ...(system === '' ? {} : { system: [{ text: system }] }),
  ...over,
});
/** The versions of calls with these system prompts, one after another. */
async function versionsOf(systems: readonly string[], of = versions()): Promise<string[]> {
  const found: string[] = [];
  for (const system of systems) found.push((await of.of({ feature: 'f', template: 't', prompt: prompt(system) })).templateVersion);
  return found;
}
const many = (count: number, make: (at: number) => string) => Array.from({ length: count }, (_, at) => make(at));
const LONG = 'You read invoices and answer with JSON. '.repeat(60);

describe('the version of a template that the caller does not name', () => {
  it('is one for equal system and tools, whatever the messages are', async () => {
    expect(new Set(await versionsOf(many(50, () => LONG))).size).toBe(1);
  });

  it('changes with the prompt, and again changes nothing after it', async () => {
    const found = await versionsOf([...many(40, () => 'version one'), ...many(40, () => 'version two')]);
    expect(new Set(found.slice(0, 40)).size).toBe(1);
    expect(new Set(found.slice(40)).size).toBe(1);
    expect(found[0]).not.toBe(found[40]);
  });

  it('is that of the part that stays equal, when the end differs in every call', async () => {
    const found = await versionsOf(many(60, (at) => `${LONG} It is ${at} o'clock.`));
    expect(new Set(found.slice(30)).size).toBe(1);
    expect(found[30]).not.toBe(DYNAMIC);
    const other = await versionsOf(many(60, (at) => `${LONG.replace('invoices', 'receipts')} It is ${at} o'clock.`));
    expect(other[59]).not.toBe(found[59]);
  });

  it('is dynamic when the beginning differs in more than 5 % of the calls', async () => {
    const found = await versionsOf(many(60, (at) => `It is ${at} o'clock. ${LONG}`));
    expect(new Set(found.slice(21))).toEqual(new Set([DYNAMIC]));
  });

  it.each([
    ['more than', 15, DYNAMIC],
    ['not more than', 25, undefined],
  ])('is judged at 5 %%: a change in %s every twentieth call', async (_words, every, expected) => {
    const found = await versionsOf(many(400, (at) => `edition ${Math.floor(at / every)}. ${LONG}`));
    if (expected === undefined) expect(found.at(-1)).not.toBe(DYNAMIC);
    else expect(found.at(-1)).toBe(expected);
  });

  it('comes back once the prompt has stopped changing for long enough', async () => {
    const found = await versionsOf([...many(40, (at) => `${at} ${LONG}`), ...many(1_500, () => LONG)]);
    expect(found[39]).toBe(DYNAMIC);
    expect(found.at(-1)).not.toBe(DYNAMIC);
  });

  it('tells tools apart, and does not depend on cache points', async () => {
    const tool = { toolSpec: { name: 'search', inputSchema: { json: { type: 'object' } } } };
    const of = async (given: Prompt) => (await versions().of({ feature: 'f', template: 't', prompt: given })).templateVersion;
    const plain = await of(prompt('be brief'));
    expect(await of(prompt('be brief', { toolConfig: { tools: [tool] } }))).not.toBe(plain);
    expect(await of({ ...prompt(''), system: [{ text: 'be brief' }, { cachePoint: { type: 'default' } }] })).toBe(plain);
  });

  it('is none without system and tools', async () => {
    expect(await versionsOf(['', '', ''])).toEqual([NO_STATIC_PART, NO_STATIC_PART, NO_STATIC_PART]);
  });
});

describe('an environment that has not seen a template', () => {
  const shifting = many(40, (at) => `${at} ${LONG}`);

  it('begins with what the compactor has learned', async () => {
    const profiles = memoryProfiles();
    await profiles.put('f', 't', {
      history: { calls: 500, changes: many(5, () => '').map(() => 499), wholeChanges: 499, last: ['x'] },
      throughHour: '2026-11-22T10',
    });
    expect(await versionsOf(shifting.slice(0, 1), versions(profiles))).toEqual([DYNAMIC]);
  });

  it('goes on without it, and says so, when the store does not answer', async () => {
    const logged: string[] = [];
    const profiles = { read: () => Promise.reject(new Error('down')) };
    const of = new TemplateVersions({ fingerprints: memoryFingerprints, profiles, log: (event) => void logged.push(event) });
    expect((await versionsOf(shifting, of)).at(-1)).toBe(DYNAMIC);
    expect(logged).toEqual(['profile_unread']);
  });

  it('keeps the caller’s own version', async () => {
    const call = { feature: 'f', template: 't', templateVersion: '2.1', prompt: prompt(LONG) };
    const { templateVersion, prefix } = await versions().of(call);
    expect(templateVersion).toBe('2.1');
    expect(prefix.length).toBeGreaterThan(3);
  });

  it('never fails a call: without the fingerprint key the version is left empty', async () => {
    const fingerprints = { of: () => Promise.reject(new Error('down')) };
    const of = new TemplateVersions({ fingerprints, log });
    expect(await of.of({ feature: 'f', template: 't', prompt: prompt('x') })).toEqual({ templateVersion: '', prefix: [] });
  });
});

describe('the beginnings of a static part', () => {
  it('make up the whole text, and prefixes survive being stored', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20_000 }), (text) => {
        const segments = segmentsOf(text);
        const prefix = shortPrefix(segments.map((_, at) => `hash${at}`.padEnd(16, 'x')));
        return segments.join('') === text && splitPrefix(joinPrefix(prefix)).join() === prefix.join();
      }),
    );
  });

  it('are few, however long the text is', () => {
    expect(segmentsOf('x'.repeat(5_000_000)).length).toBeLessThanOrEqual(11);
    expect(segmentsOf(staticPart(prompt('')))).toEqual([]);
  });
});
