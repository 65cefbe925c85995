import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import type { Override } from '../../functions/core/override/override.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import { ask, DAY, FEATURE, LEAF, moneyWorld, NOW } from '../support/money-world.ts';

const pause: Override = { kind: 'pause', id: '1', scope: 'org', reason: '', by: 'ops', atMs: NOW };
const raise = (byPico: bigint): Override => ({
  ...pause,
  kind: 'raise',
  id: '2',
  scope: `feature:${FEATURE}`,
  byPico,
  untilMs: NOW + 60_000,
});

/** A store whose reads are answered when the test says so. */
function slowStore() {
  const clock = { nowMs: NOW };
  const reads: { answer: (overrides: Override[]) => void; fail: () => void }[] = [];
  const all = () =>
    new Promise<Override[]>((answer, reject) => {
      reads.push({ answer, fail: () => reject(new SpillwayError('store_unavailable', 'down')) });
    });
  return { clock, reads, known: new KnownOverrides({ overrideStore: { all }, now: () => clock.nowMs }) };
}

describe('what an environment knows of overrides', () => {
  it('is read once by all callers at the same time, and trusted for less than 2 s', async () => {
    const { clock, reads, known } = slowStore();
    expect(known.recent()).toBeUndefined();
    const both = [known.current(), known.current()];
    expect(reads).toHaveLength(1);
    reads[0]?.answer([pause]);
    expect(await Promise.all(both)).toEqual([
      { overrides: [pause], asOfMs: NOW },
      { overrides: [pause], asOfMs: NOW },
    ]);
    clock.nowMs += 1_999;
    expect(known.recent()?.overrides).toEqual([pause]);
    clock.nowMs += 1;
    expect(known.recent()).toBeUndefined();
  });

  it('is as old as the beginning of its read, and a read that takes too long is shared by nobody who comes later', async () => {
    const { clock, reads, known } = slowStore();
    const first = known.current();
    clock.nowMs += 2_000;
    const second = known.current();
    expect(reads).toHaveLength(2);
    reads[1]?.answer([pause]);
    await second;
    reads[0]?.answer([]);
    expect((await first).overrides).toEqual([]);
    expect(known.recent()?.overrides).toEqual([pause]);
  });

  it('is nothing after a failed read: the caller is told, and the next one asks again', async () => {
    const { reads, known } = slowStore();
    const failed = known.current();
    reads[0]?.fail();
    await expect(failed).rejects.toMatchObject({ code: 'store_unavailable' });
    const next = known.current();
    reads[1]?.answer([]);
    expect((await next).overrides).toEqual([]);
  });

  it('is old when the clock was set back', async () => {
    const { clock, reads, known } = slowStore();
    const first = known.current();
    reads[0]?.answer([]);
    await first;
    clock.nowMs -= 3_600_000;
    expect(known.recent()).toBeUndefined();
  });
});

describe('a hold under a raise', () => {
  it('is one write while the raise is known, and admits under the raised cap', async () => {
    const ports = moneyWorld({ caps: { dailyPico: 100n } });
    await ports.overrideStore.put(raise(50n));
    await holdMoney(ask(100n), ports);
    expect(await holdMoney(ask(10n), ports)).toMatchObject({ kind: 'held' });
    ports.writes.length = 0;
    expect(await holdMoney(ask(10n), ports)).toMatchObject({ kind: 'held' });
    expect(ports.writes).toEqual(['hold']);
    expect(await holdMoney(ask(31n), ports)).toMatchObject({ kind: 'refused', refusal: { evidence: { capUsd: '0.00000000015' } } });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(120n);
  });

  it('that was refused a moment ago is not refused longer than 2 s after the raise', async () => {
    const ports = moneyWorld({ caps: { dailyPico: 100n } });
    const refused = async () => (await holdMoney(ask(101n, { admittedAtMs: ports.clock.nowMs }), ports)).kind === 'refused';
    expect(await refused()).toBe(true);
    ports.writes.length = 0;
    ports.clock.nowMs += 1_999;
    expect([await refused(), ports.writes]).toEqual([true, []]);
    await ports.overrideStore.put(raise(50n));
    ports.clock.nowMs += 1_999;
    expect(await refused()).toBe(false);
  });

  it('is admitted no more once the raise has ended, whatever was committed under it', async () => {
    const ports = moneyWorld({ caps: { dailyPico: 100n } });
    await ports.overrideStore.put(raise(50n));
    await holdMoney(ask(120n), ports);
    ports.clock.nowMs += 60_000;
    const late = ask(1n, { admittedAtMs: ports.clock.nowMs });
    expect(await holdMoney(late, ports)).toMatchObject({
      kind: 'refused',
      refusal: { evidence: { capUsd: '0.0000000001', committedUsd: '0.00000000012' } },
    });
  });
});
