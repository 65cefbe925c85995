import { expect } from 'vitest';
import type { BreakerFields, Hold } from '../../../functions/core/gate.ts';
import type { Room } from '../../../functions/ports/gate-store.ts';
import { chunk, FREE, type GateCase, HOUR, hold } from './gate-case.ts';

/** What stops calls: breakers, and operators' pauses. */
export const BREAKERS: readonly GateCase[] = [
  [
    'lets one probe through in place of the open breaker that it saw',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1, reason: 'loop_detected' });
      expect((await gates.hold(leaf, hold('a', 1n), {}, FREE)).kind).toBe('refused');
      const lease = { seenOpenUntilMs: 500, untilMs: 2000 };
      expect((await gates.probe(leaf, hold('a', 1n), {}, lease)).kind).toBe('changed');
      expect((await gates.probe(leaf, hold('b', 1n), {}, lease)).kind).toBe('refused');
      expect((await gates.read(leaf)).breaker).toEqual({ openUntilMs: 2000, probeId: 'a#1', trips: 1, reason: 'loop_detected' });
    },
  ],
  [
    'holds nothing of what is paused, not even in observe mode, until the pause ends',
    async (fresh) => {
      const { gates, leaf } = await fresh(100n);
      const observed = { debtAllowed: true };
      await gates.setPause(leaf, 'extract', 1001);
      expect((await gates.hold(leaf, hold('a', 1n), {}, FREE)).kind).toBe('refused');
      expect((await gates.hold(leaf, hold('a', 1n), {}, observed)).kind).toBe('refused');
      expect((await gates.hold(leaf, hold('a', 1n, { template: 'dispute' }), {}, FREE)).kind).toBe('changed');
      expect((await gates.hold(leaf, hold('b', 1n, { admittedAtMs: 1001 }), {}, FREE)).kind).toBe('changed');
      await gates.setPause(leaf, '*', 1001);
      expect((await gates.hold(leaf, hold('c', 1n, { template: 'dispute' }), {}, FREE)).kind).toBe('refused');
      expect((await gates.hold(leaf, hold('d', 1n, { admittedAtMs: 1001 }), {}, FREE)).kind).toBe('changed');
      expect([await gates.openChunk(leaf, chunk(1n), {}, 1000), await gates.openChunk(leaf, chunk(1n), {}, 1001)]).toEqual([
        'refused',
        'changed',
      ]);
      expect((await gates.read(leaf)).pauses).toEqual({ extract: 1001, '*': 1001 });
      for (const part of ['*', 'extract', 'dispute']) await gates.setPause(leaf, part, undefined);
      expect((await gates.hold(leaf, hold('c', 1n), {}, FREE)).kind).toBe('changed');
    },
  ],
  [
    'keeps a pause through a probe, and lets no probe through a pause',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1 });
      await gates.setPause(leaf, '*', 1001);
      expect((await gates.probe(leaf, hold('a', 1n), {}, { seenOpenUntilMs: 500, untilMs: 2000 })).kind).toBe('refused');
      expect(await gates.setBreaker(leaf, (await gates.read(leaf)).breaker, { trips: 0 })).toBe('changed');
      expect((await gates.read(leaf)).pauses).toEqual({ '*': 1001 });
    },
  ],
  [
    'lets one of two writers replace the breaker',
    async (fresh) => {
      const { gates, leaf } = await fresh(0n);
      const open = { openUntilMs: 500, trips: 1 };
      const writes = await Promise.all([
        gates.setBreaker(leaf, { trips: 0 }, open),
        gates.setBreaker(leaf, { trips: 0 }, { ...open, openUntilMs: 600 }),
      ]);
      expect(writes.toSorted()).toEqual(['changed', 'refused']);
      expect(await gates.setBreaker(leaf, (await gates.read(leaf)).breaker, { trips: 0 })).toBe('changed');
      expect((await gates.read(leaf)).breaker).toEqual({ trips: 0 });
    },
  ],
  [
    'lets a probe through only where a hold would pass, but for the breaker',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.hold(leaf, hold('a', 2n, { hour: HOUR }), {}, FREE);
      await gates.claim(leaf, hold('a', 2n), 1000);
      await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1 });
      const lease = { seenOpenUntilMs: 500, untilMs: 2000 };
      const later = { admittedAtMs: 1001, hour: HOUR };
      const exact = { dayPico: 2n, monthPico: 2n, hourPico: 2n };
      const probe = async (own: Hold, room: Room = exact) => (await gates.probe(leaf, own, room, lease)).kind;
      expect(await probe(hold('a', 2n, later))).toBe('refused');
      expect(await probe(hold('b', 1n))).toBe('refused');
      expect(await probe(hold('b', 9n, later))).toBe('refused');
      for (const period of ['dayPico', 'monthPico', 'hourPico'])
        expect(await probe(hold('b', 8n, later), { ...exact, [period]: 1n })).toBe('refused');
      expect(await probe(hold('b', 8n, later), { ...exact, dayPico: -1n })).toBe('refused');
      for (const part of ['*', 'extract']) {
        await gates.setPause(leaf, part, 1002);
        expect(await probe(hold('b', 8n, later))).toBe('refused');
        await gates.setPause(leaf, part, 1001);
      }
      expect(await probe(hold('b', 8n, later))).toBe('changed');
    },
  ],
  [
    'lets a probe through where nothing was committed yet',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1 });
      const none = { dayPico: 0n, monthPico: 0n, hourPico: 0n };
      const lease = { seenOpenUntilMs: 500, untilMs: 2000 };
      expect((await gates.probe(leaf, hold('a', 1n, { hour: HOUR }), none, lease)).kind).toBe('changed');
    },
  ],
  [
    'replaces a breaker only in the state that was seen',
    async (fresh) => {
      const { gates, leaf } = await fresh(0n);
      const trip = (seen: BreakerFields, next: BreakerFields = { trips: 9 }) => gates.setBreaker(leaf, seen, next);
      for (const seen of [{ trips: 1 }, { trips: 0, openUntilMs: 500 }, { trips: 0, probeId: 'p' }])
        expect(await trip(seen)).toBe('refused');
      expect(await trip({ trips: 0 }, { trips: 1, openUntilMs: 500 })).toBe('changed');
      for (const seen of [{ trips: 1 }, { trips: 0, openUntilMs: 500 }, { trips: 2, openUntilMs: 500 }, { trips: 1, openUntilMs: 501 }])
        expect(await trip(seen)).toBe('refused');
      expect(await trip({ trips: 1, openUntilMs: 500 }, { trips: 1, openUntilMs: 600, probeId: 'p' })).toBe('changed');
      for (const probe of [{}, { probeId: 'q' }]) expect(await trip({ trips: 1, openUntilMs: 600, ...probe })).toBe('refused');
      expect(await trip({ trips: 1, openUntilMs: 600, probeId: 'p' }, { trips: 2, openUntilMs: 900 })).toBe('changed');
    },
  ],
];
