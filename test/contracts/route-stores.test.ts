import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteAnswer } from '../../functions/core/wire/route.ts';
import type { IdempotencyStore } from '../../functions/ports/idempotency-store.ts';
import type { KeyStore } from '../../functions/ports/key-store.ts';
import type { RunStore } from '../../functions/ports/run-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryIdempotency, memoryKeys, memoryRuns } from '../support/memory-route-stores.ts';
import { NOON } from '../support/route-world.ts';

type Stores = { runs: RunStore; idempotency: IdempotencyStore; keys: KeyStore };
let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let adapters: Stores;

beforeAll(async () => {
  dynalite = await startDynalite();
  // Imported after the endpoint is known: clients are made once an environment.
  const { dynamodbRuns } = await import('../../functions/adapters/dynamodb-runs.ts');
  const { dynamodbIdempotency } = await import('../../functions/adapters/dynamodb-idempotency.ts');
  const { dynamodbKeys } = await import('../../functions/adapters/dynamodb-keys.ts');
  const env = { CONTROL_TABLE: dynalite.controlTable };
  adapters = { runs: dynamodbRuns(env), idempotency: dynamodbIdempotency(env), keys: dynamodbKeys(env) };
});
afterAll(() => dynalite.stop());

const memory: Stores = { runs: memoryRuns(), idempotency: memoryIdempotency(), keys: memoryKeys() };
const implementations: [string, () => Stores][] = [
  ['in memory', () => memory],
  ['in DynamoDB', () => adapters],
];
let names = 0;
const fresh = (prefix: string) => `${prefix}-${names++}`;
const call = (id: number, fingerprint = 'same') => ({
  callId: `01JCALL0000000000000000${String(id).padStart(3, '0')}`,
  fingerprint,
  atMs: NOON + id,
  addPico: 7n,
});

describe.each(implementations)('a run %s', (_, stores) => {
  it('remembers its calls, oldest first', async () => {
    const run = fresh('run');
    await stores().runs.enter('f', run, call(1, 'a'));
    const second = await stores().runs.enter('f', run, call(2, 'b'));
    expect(second).toEqual({ kind: 'entered', run: { calls: 2, spentPico: 14n, fingerprints: ['a', 'b'] } });
    expect((await stores().runs.enter('other', run, call(3, 'c'))).run.calls).toBe(1);
  });

  it('counts a repeated write once', async () => {
    const run = fresh('run');
    await stores().runs.enter('f', run, call(1));
    expect(await stores().runs.enter('f', run, call(1))).toEqual({
      kind: 'entered',
      run: { calls: 1, spentPico: 7n, fingerprints: ['same'] },
    });
  });

  it('shows each of many simultaneous callers all those before it', async () => {
    const run = fresh('run');
    const entered = await Promise.all(Array.from({ length: 12 }, (_, i) => stores().runs.enter('f', run, call(i))));
    expect(entered.map(({ run: { calls } }) => calls).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('is tripped by exactly one of many, refuses until then, and no longer', async () => {
    const run = fresh('run');
    const trip = { untilMs: NOON + 1_000, reason: 'loop_detected', atMs: NOON };
    const trips = await Promise.all(Array.from({ length: 6 }, () => stores().runs.trip('f', run, trip)));
    expect(trips.filter((outcome) => outcome === 'changed')).toHaveLength(1);
    expect(await stores().runs.enter('f', run, call(1))).toMatchObject({
      kind: 'open',
      run: { calls: 0, openUntilMs: NOON + 1_000, reason: 'loop_detected' },
    });
    expect((await stores().runs.enter('f', run, call(1_000))).kind).toBe('entered');
    expect(await stores().runs.trip('f', run, { ...trip, untilMs: NOON + 9_000, atMs: NOON + 1_000 })).toBe('changed');
  });

  it('adds up what its calls are told to, past 2^53 and downwards too', async () => {
    const run = fresh('run');
    await stores().runs.enter('f', run, { ...call(1), addPico: 9_007_199_254_740_993n });
    expect((await stores().runs.enter('f', run, { ...call(2), addPico: -1n })).run.spentPico).toBe(9_007_199_254_740_992n);
    expect((await stores().runs.read('f', run))?.spentPico).toBe(9_007_199_254_740_992n);
    expect(await stores().runs.read('f', fresh('run'))).toBeUndefined();
  });

  it('counts how often it was tripped, until a reset', async () => {
    const run = fresh('run');
    for (const atMs of [NOON, NOON + 10]) await stores().runs.trip('f', run, { untilMs: atMs + 1, reason: 'loop_detected', atMs });
    expect((await stores().runs.read('f', run))?.trips).toBe(2);
    await stores().runs.reset('f', run);
    expect((await stores().runs.read('f', run))?.trips).toBeUndefined();
  });

  it('knows its generation, and its number among all runs below the first', async () => {
    const [first, child, grandchild, other] = [fresh('run'), fresh('run'), fresh('run'), fresh('run')];
    const under = (parent: string) => ({ parent, atMs: NOON });
    expect(await stores().runs.join('f', child, under(first))).toEqual({ root: first, depth: 1, order: 1 });
    expect(await stores().runs.join('f', grandchild, under(child))).toEqual({ root: first, depth: 2, order: 2 });
    expect(await stores().runs.join('f', other, under(first))).toEqual({ root: first, depth: 1, order: 3 });
    expect((await stores().runs.enter('f', grandchild, call(1))).run).toMatchObject({ calls: 1, root: first, depth: 2, order: 2 });
    expect((await stores().runs.enter('f', first, call(1))).run).toEqual({ calls: 1, spentPico: 7n, fingerprints: ['same'] });
  });

  it('lets calls in again after a reset, with its repeats forgotten', async () => {
    const run = fresh('run');
    for (let i = 0; i < 3; i++) await stores().runs.enter('f', run, call(i));
    await stores().runs.trip('f', run, { untilMs: NOON + 9_000, reason: 'loop_detected', atMs: NOON });
    await stores().runs.reset('f', run);
    expect(await stores().runs.enter('f', run, call(5))).toMatchObject({ kind: 'entered', run: { fingerprints: ['same'] } });
  });

  it('keeps no more than its last 64 fingerprints, and counts on', async () => {
    const run = fresh('run');
    let last = await stores().runs.enter('f', run, call(0, 'f0'));
    for (let i = 1; i < 140; i++) last = await stores().runs.enter('f', run, call(i, `f${i}`));
    expect(last.run.calls).toBe(140);
    expect(last.run.fingerprints.length).toBeLessThanOrEqual(64);
    expect(last.run.fingerprints.length).toBeGreaterThanOrEqual(32);
    expect(last.run.fingerprints.at(-1)).toBe('f139');
  });
});

const answer = (requestId: string): RouteAnswer => ({
  requestId,
  output: { message: { role: 'assistant', content: [{ text: '42' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  receipt: {
    model: 'haiku',
    arm: 'cheap',
    reason: 'declared_cheap',
    escalated: false,
    attempts: 1,
    costUsd: '0.1',
    holdUsd: '0.2',
    budget: [],
    warnings: [],
  },
});
const claim = (requestId: string, atMs = NOON) => ({ requestId, atMs, deadlineMs: atMs + 60_000 });

describe.each(implementations)('an idempotency key %s', (_, stores) => {
  it('is claimed by exactly one of many', async () => {
    const key = fresh('key');
    const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => stores().idempotency.claim('f', key, claim(`r${i}`))));
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'in_progress')).toHaveLength(7);
  });

  it('may be claimed again by the same call, and by another after the deadline of one that died', async () => {
    const key = fresh('key');
    expect((await stores().idempotency.claim('f', key, claim('r1'))).kind).toBe('claimed');
    expect((await stores().idempotency.claim('f', key, claim('r1'))).kind).toBe('claimed');
    expect(await stores().idempotency.claim('f', key, claim('r2', NOON + 1_000))).toEqual({ kind: 'in_progress', retryAtMs: NOON + 6_000 });
    expect((await stores().idempotency.claim('f', key, claim('r2', NOON + 60_001))).kind).toBe('claimed');
  });

  it('answers repeats for a day, with the output as long as it is kept', async () => {
    const key = fresh('key');
    await stores().idempotency.claim('f', key, claim('r1'));
    await stores().idempotency.complete('f', key, answer('r1'), { outputUntilMs: NOON + 1_000 });
    const { output: _, ...receipt } = answer('r1');
    expect(await stores().idempotency.claim('f', key, claim('r2', NOON + 999))).toEqual({ kind: 'answered', answer: answer('r1') });
    expect(await stores().idempotency.claim('f', key, claim('r2', NOON + 1_000))).toEqual({ kind: 'answered', answer: receipt });
    expect((await stores().idempotency.claim('f', key, claim('r2', NOON + 86_400_001))).kind).toBe('claimed');
  });

  it('takes no answer from a call that does not hold it', async () => {
    const key = fresh('key');
    await stores().idempotency.claim('f', key, claim('r1'));
    await stores().idempotency.complete('f', key, answer('r2'), { outputUntilMs: 0 });
    await stores().idempotency.release('f', key, 'r2');
    expect((await stores().idempotency.claim('f', key, claim('r3', NOON + 1))).kind).toBe('in_progress');
  });

  it('is free again once released', async () => {
    const key = fresh('key');
    await stores().idempotency.claim('f', key, claim('r1'));
    await stores().idempotency.release('f', key, 'r1');
    expect((await stores().idempotency.claim('f', key, claim('r2', NOON + 1))).kind).toBe('claimed');
  });
});

describe.each(implementations)('a gateway key %s', (_, stores) => {
  it('is found by its hash, listed, and revoked once', async () => {
    const key = { id: fresh('id'), hash: fresh('hash'), features: ['a', 'b'], createdAtMs: NOON };
    await stores().keys.create(key);
    expect(await stores().keys.findByHash(key.hash)).toEqual(key);
    expect(await stores().keys.findByHash('other')).toBeUndefined();
    expect(await stores().keys.list()).toContainEqual(key);
    expect(await stores().keys.revoke(key.id, NOON + 1)).toBe('changed');
    expect(await stores().keys.revoke(key.id, NOON + 2)).toBe('refused');
    expect(await stores().keys.revoke('other', NOON)).toBe('refused');
    expect(await stores().keys.findByHash(key.hash)).toEqual({ ...key, revokedAtMs: NOON + 1 });
    expect(await stores().keys.list()).toContainEqual({ ...key, revokedAtMs: NOON + 1 });
  });

  it('may be for every feature', async () => {
    const key = { id: fresh('id'), hash: fresh('hash'), features: 'all', createdAtMs: NOON } as const;
    await stores().keys.create(key);
    expect(await stores().keys.findByHash(key.hash)).toEqual(key);
  });
});

describe('fingerprints', () => {
  it('are equal for equal texts in every environment of a deployment, short, and show nothing of the text', async () => {
    const { fingerprints } = await import('../../functions/adapters/fingerprint.ts');
    const env = { CONTROL_TABLE: dynalite.controlTable };
    const [a, b] = [fingerprints(env), fingerprints(env)];
    const [ofA, ofB] = await Promise.all([a.of('secret text'), b.of('secret text')]);
    expect(ofA).toBe(ofB);
    expect(ofA).toMatch(/^[\w-]{16}$/);
    expect(await a.of('secret text!')).not.toBe(ofA);
    const { createHash } = await import('node:crypto');
    expect(createHash('sha256').update('secret text').digest('base64url')).not.toContain(ofA);
  });
});
