import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import { sumPico } from '../../functions/core/money.ts';
import { resolveStaleHolds } from '../../functions/use-cases/resolve-holds.ts';
import { routePorts } from '../../functions/use-cases/route-ports.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { crashing } from '../support/crashing.ts';
import { ask, routeWorld, says } from '../support/route-world.ts';

const LEAF = 'feature:invoice-extractor';
/** A call with everything: a run, a key, a cheap answer that fails its check, and the strong model's after it. */
const request = ask({ run: 'r1', idempotencyKey: 'k1', expect: { jsonSchema: { type: 'object' } } });

/** Lives one call in which the environment dies around its n-th port call; answers the world once the resolver has been. */
async function lived(at: number, when: 'before' | 'after') {
  const crash = crashing(at, when);
  const world = routeWorld({ model: (call) => says(call.model.name === 'haiku' ? 'nonsense' : '{}') });
  const { stores } = world;
  const wrapped = { gates: crash.wrap(stores.gates), ledger: crash.wrap(stores.ledger), runs: crash.wrap(stores.runs) };
  const others = { idempotency: crash.wrap(stores.idempotency), models: crash.wrap(stores.models), refusals: crash.wrap(stores.refusals) };
  const ports = routePorts({ ...stores, ...wrapped, ...others }, () => undefined);
  const outcome = await routeRequest(request, ports).catch(() => undefined);
  const whileHeld = world.gates.peek(LEAF).holds.length;
  world.clock.nowMs += 10 * 60_000;
  await resolveStaleHolds(LEAF, stores);
  return { ...world, outcome, whileHeld, calls: world.calls, portCalls: crash.calls() };
}

const total = await lived(0, 'before').then(({ portCalls }) => portCalls);
const points = (['before', 'after'] as const).flatMap((when) => Array.from({ length: total }, (_, i) => [when, i + 1] as const));

describe('a call whose environment dies', () => {
  it('has many points to die at', () => {
    expect(total).toBeGreaterThan(8);
  });

  it('leaves money held at some of them: the resolver has work', async () => {
    const lives = await Promise.all(points.map(([when, at]) => lived(at, when)));
    expect(lives.filter(({ whileHeld }) => whileHeld > 0).length).toBeGreaterThan(2);
  });

  it.each(points)('%s its port call %i loses no dollar, and counts none twice', async (when, at) => {
    const { gates, entries, calls, ledger } = await lived(at, when);
    expect(gates.peek(LEAF).holds).toEqual([]);
    expect(gates.peek(LEAF).committedByDay['2026-11-15'] ?? 0n).toBe(sumPico(entries().map(({ costPico }) => costPico)));
    expect(entries().length).toBeGreaterThanOrEqual(calls.length);
    expect(new Set([...ledger.entries.keys()]).size).toBe(entries().length);
  });

  it.each(points)('%s its port call %i leaves its key to be answered or freed, and asks no model twice before', async (when, at) => {
    const world = await lived(at, when);
    const asked = world.calls.length;
    world.clock.nowMs -= 10 * 60_000;
    const again = await routeRequest(request, world.ports);
    if (again.kind === 'refused') expect(again.refusal.reason).toBe('in_progress');
    else if (again.answer.receipt.replayed === true) expect(world.calls).toHaveLength(asked);
    else expect(asked).toBe(0);
  });
});

describe('a store that fails once around any one call', () => {
  it.each(points)('%s port call %i: the books agree all the same', async (when, at) => {
    let calls = 0;
    const flaky = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            calls += 1;
            if (calls !== at) return member.apply(target, args);
            if (when === 'after') await member.apply(target, args);
            throw new SpillwayError('store_unavailable', 'once');
          };
        },
      });
    const world = routeWorld({ model: (call) => says(call.model.name === 'haiku' ? 'nonsense' : '{}') });
    const { stores } = world;
    const unsound = {
      gates: flaky(stores.gates),
      ledger: flaky(stores.ledger),
      runs: flaky(stores.runs),
      idempotency: flaky(stores.idempotency),
    };
    const outcome = await routeRequest(
      request,
      routePorts({ ...stores, ...unsound }, () => undefined),
    );
    if (world.calls.length > 0) expect(outcome.kind).toBe('answered');
    world.clock.nowMs += 10 * 60_000;
    await resolveStaleHolds(LEAF, stores);
    const spent = sumPico(world.entries().map(({ costPico }) => costPico));
    expect([world.gates.peek(LEAF).holds, world.gates.peek(LEAF).committedByDay['2026-11-15'] ?? 0n]).toEqual([[], spent]);
  });
});
