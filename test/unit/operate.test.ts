import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { RunFinder } from '../../functions/ports/run-finder.ts';
import {
  allowRule,
  endOverride,
  type OperatorPorts,
  pauseScope,
  raiseBudget,
  resetScope,
  resumeScope,
} from '../../functions/use-cases/operate.ts';
import { tripFeature, tripTemplate } from '../../functions/use-cases/trip-feature.ts';
import { crashing } from '../support/crashing.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryOverrides } from '../support/memory-overrides.ts';
import { memoryRuns } from '../support/memory-route-stores.ts';
import { settings as testSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const FEATURE = 'invoice-extractor';
const LEAF = `feature:${FEATURE}`;

function desk() {
  const clock = { nowMs: NOW };
  const [gates, runs, overrideStore] = [memoryGates(), memoryRuns(), memoryOverrides()];
  const look = (run: string) => runs.enter(FEATURE, run, { callId: 'seen', fingerprint: '', atMs: clock.nowMs, addPico: 0n });
  const runFinder: RunFinder = {
    find: async (run) => [{ feature: FEATURE, run, state: (await look(run)).run }],
    open: async () => [],
  };
  const ports: OperatorPorts = {
    ...{ gates, runs, overrideStore, runFinder, by: 'alice', settings: testSettings(), now: () => clock.nowMs },
    newId: (atMs) => ulid(atMs),
  };
  return { clock, ports, gates, overrideStore, look };
}

const order = (scope: string) => ({ scope, reason: 'an incident' });

describe('an act of an operator', () => {
  it('is in the audit trail before it changes anything, and the trail alone is left by one who dies then', async () => {
    const untilMs = NOW + 1000;
    const acts: [string, (ports: OperatorPorts) => Promise<unknown>][] = [
      ['raise', (ports) => raiseBudget({ ...order('org'), byPico: 5n, untilMs }, ports)],
      ['allow', (ports) => allowRule({ ...order('org'), rule: 'run_limit', untilMs }, ports)],
      ['pause', (ports) => pauseScope(order(LEAF), ports)],
      ['reset', (ports) => resetScope(order(LEAF), ports)],
    ];
    for (const [act, work] of acts) {
      const { ports, overrideStore, gates } = desk();
      const { wrap } = crashing(1, 'after');
      const dying = { ...ports, overrideStore: wrap(ports.overrideStore), gates: wrap(ports.gates) };
      await expect(work(dying)).rejects.toThrow();
      expect(await overrideStore.acts()).toMatchObject([{ act, by: 'alice', reason: 'an incident', atMs: NOW }]);
      expect([await overrideStore.all(), gates.scopes()]).toEqual([[], []]);
    }
  });

  it('that died half way is finished by doing it again', async () => {
    for (let at = 1; at < 8; at++) {
      const { ports, overrideStore, gates } = desk();
      for (const [work, until] of [
        [pauseScope, expect.any(Number)],
        [resumeScope, undefined],
      ] as const) {
        const { wrap } = crashing(at, 'after');
        const dying = { ...ports, overrideStore: wrap(ports.overrideStore), gates: wrap(ports.gates) };
        await work(order(LEAF), dying).catch(() => undefined);
        await work(order(LEAF), ports);
        expect(gates.peek(LEAF).pauses['*']).toEqual(until);
      }
      expect(await overrideStore.all()).toEqual([]);
    }
  });
});

describe('pauses of one scope', () => {
  it('hold as long as the longest of them, whoever ends one', async () => {
    const { ports, gates } = desk();
    const short = await pauseScope({ ...order(LEAF), untilMs: NOW + 1000 }, ports);
    const long = await pauseScope({ ...order(LEAF), untilMs: NOW + 9000 }, ports);
    const ended = await pauseScope({ ...order(LEAF), untilMs: NOW + 5000 }, ports);
    expect(gates.peek(LEAF).pauses).toEqual({ '*': NOW + 9000 });
    await endOverride(long, '', ports);
    expect(gates.peek(LEAF).pauses).toEqual({ '*': NOW + 5000 });
    await endOverride(ended, '', ports);
    await endOverride(short, '', ports);
    expect(gates.peek(LEAF).pauses).toEqual({});
  });

  it('are all ended by one resume, and those of other scopes are not', async () => {
    const { ports, overrideStore } = desk();
    for (const scope of [LEAF, LEAF, 'org']) await pauseScope(order(scope), ports);
    expect(await resumeScope(order(LEAF), ports)).toHaveLength(2);
    expect(await overrideStore.all()).toMatchObject([{ scope: 'org' }]);
    expect(await resumeScope(order(LEAF), ports)).toEqual([]);
  });

  it('of a run leave a loop’s own breaker as it was', async () => {
    const { ports, look } = desk();
    await look('r1');
    await ports.runs.trip(FEATURE, 'r1', { untilMs: NOW + 9000, reason: 'loop_detected', atMs: NOW });
    await pauseScope(order('run:r1'), ports);
    await resumeScope(order('run:r1'), ports);
    expect((await look('r1')).run).toMatchObject({ reason: 'loop_detected' });
    await pauseScope(order('run:r2'), ports);
    expect((await ports.runs.enter(FEATURE, 'r2', { callId: 'next', fingerprint: '', atMs: NOW, addPico: 0n })).kind).toBe('open');
    await resumeScope(order('run:r2'), ports);
    expect((await ports.runs.enter(FEATURE, 'r2', { callId: 'next', fingerprint: '', atMs: NOW, addPico: 0n })).kind).toBe('entered');
  });
});

describe('a reset', () => {
  it('closes a breaker, says whether it was open, and ends no pause', async () => {
    const { ports, gates } = desk();
    await tripFeature(FEATURE, { reason: 'runaway_spend' }, ports);
    await pauseScope(order(LEAF), ports);
    expect(await resetScope(order(LEAF), ports)).toEqual({ wasOpen: true });
    expect(gates.peek(LEAF)).toMatchObject({ breaker: { trips: 0 }, pauses: { '*': expect.any(Number) } });
    expect(await resetScope(order(LEAF), ports)).toEqual({ wasOpen: false });
  });

  it('closes a run’s breaker, and not its pause', async () => {
    const { ports, look } = desk();
    await ports.runs.trip(FEATURE, 'r1', { untilMs: NOW + 9000, reason: 'loop_detected', atMs: NOW });
    expect(await resetScope(order('run:r1'), ports)).toEqual({ wasOpen: true });
    await look('r2');
    await pauseScope(order('run:r2'), ports);
    expect(await resetScope(order('run:r2'), ports)).toEqual({ wasOpen: false });
    expect((await look('r2')).run).toMatchObject({ reason: 'paused' });
  });

  it('closes a template’s breaker, and not its pause', async () => {
    const { clock, ports, gates } = desk();
    const [scope, feature] = [`template:${FEATURE}/extract`, { reason: 'runaway_spend' }];
    expect(await tripTemplate(FEATURE, 'extract', feature, ports)).toBe(true);
    expect(await tripTemplate(FEATURE, 'extract', feature, ports)).toBe(false);
    expect(await resetScope(order(scope), ports)).toEqual({ wasOpen: true });
    expect(gates.peek(LEAF)).toMatchObject({ pauses: {}, tripped: {} });
    await pauseScope(order(scope), ports);
    expect(await tripTemplate(FEATURE, 'extract', feature, ports)).toBe(false);
    expect(await resetScope(order(scope), ports)).toEqual({ wasOpen: false });
    expect(gates.peek(LEAF).pauses).toEqual({ extract: expect.any(Number) });
    await resumeScope(order(scope), ports);
    await tripTemplate(FEATURE, 'extract', feature, ports);
    clock.nowMs += 5 * 60_000;
    expect(await resetScope(order(scope), ports)).toEqual({ wasOpen: false });
    await expect(resetScope(order('template:nobody/extract'), ports)).rejects.toThrow(/has no breaker/);
  });
});
