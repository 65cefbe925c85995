import { describe, expect, it } from 'vitest';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { memoryProfiles } from '../support/memory-profiles.ts';
import { memoryRuns } from '../support/memory-route-stores.ts';
import { ask, routeWorld } from '../support/route-world.ts';

/** A world that notes every operation of its stores. */
function countedWorld() {
  const seen: string[] = [];
  const counted = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          seen.push(String(name));
          return Reflect.apply(method, target, args);
        };
      },
    });
  const stores = { gates: memoryGates(), ledger: memoryLedger(), runs: memoryRuns(), profiles: memoryProfiles() };
  const ports = {
    gates: counted(stores.gates),
    ledger: counted(stores.ledger),
    runs: counted(stores.runs),
    profiles: counted(stores.profiles),
  };
  const world = routeWorld({ ports });
  let asked = 0;
  const operations = async (over: Partial<RouteRequest> = {}) => {
    asked += 1;
    seen.length = 0;
    const messages = [{ role: 'user' as const, content: [{ text: `question ${asked}` }] }];
    await routeRequest(ask({ messages, ...over }), world.ports);
    return seen.toSorted();
  };
  return { world, operations };
}

describe('what a call asks of the stores, once its leaf has money', () => {
  it('is three writes, and one more with a run, whatever is judged of money and rate', async () => {
    const { operations } = countedWorld();
    await operations();
    expect(await operations()).toEqual(['hold', 'record', 'settle']);
    expect(await operations({ run: 'r1' })).toEqual(['enter', 'hold', 'record', 'settle']);
  });

  it('is three operations more with the first call of a run under a parent, and never again', async () => {
    const { operations } = countedWorld();
    await operations();
    expect(await operations({ run: 'child', parentRun: 'lead' })).toEqual(['enter', 'hold', 'join', 'record', 'settle']);
    expect(await operations({ run: 'child', parentRun: 'lead' })).toEqual(['enter', 'hold', 'record', 'settle']);
  });

  it('is a read of what is usual once an hour', async () => {
    const { world, operations } = countedWorld();
    expect((await operations()).filter((name) => name === 'readSpend')).toHaveLength(1);
    world.clock.nowMs += 59 * 60_000;
    expect(await operations()).not.toContain('readSpend');
    world.clock.nowMs += 2 * 60_000;
    expect(await operations()).toContain('readSpend');
  });
});
