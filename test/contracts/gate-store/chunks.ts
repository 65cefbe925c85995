import { expect } from 'vitest';
import type { ChunkHold } from '../../../functions/core/gate.ts';
import { chunk, DAY, type GateCase } from './gate-case.ts';

/** Batch money. */
export const CHUNKS: readonly GateCase[] = [
  [
    'seals a chunk at the sum of its jobs and settles it once',
    async (fresh) => {
      const { gates, leaf } = await fresh(100n);
      expect(await gates.openChunk(leaf, chunk(101n), {}, 1000)).toBe('refused');
      expect(await gates.openChunk(leaf, chunk(40n), { dayPico: -1n }, 1000)).toBe('refused');
      expect(await gates.openChunk(leaf, chunk(40n), {}, 1000)).toBe('changed');
      expect(await gates.sealChunk(leaf, chunk(40n), 30n, 9000)).toBe('changed');
      expect(await gates.sealChunk(leaf, chunk(40n), 30n, 9000)).toBe('refused');
      expect(await gates.settleChunk(leaf, chunk(40n), 0n)).toBe('refused');
      const sealed: ChunkHold = { ...chunk(30n), deadlineMs: 9000, phase: 'sealed' };
      expect((await gates.read(leaf)).chunks).toEqual([sealed]);
      expect(await gates.settleChunk(leaf, sealed, 12n)).toBe('changed');
      expect(await gates.settleChunk(leaf, sealed, 12n)).toBe('refused');
      const gate = await gates.read(leaf);
      expect([gate.committedByDay[DAY], gate.allowance[DAY], gate.chunks]).toEqual([12n, 88n, []]);
    },
  ],
  [
    'opens a chunk only where a hold would pass, and once',
    async (fresh) => {
      const { gates, leaf } = await fresh(100n);
      expect(await gates.openChunk(leaf, chunk(40n), { dayPico: 0n, monthPico: 0n }, 1000)).toBe('changed');
      expect(await gates.openChunk(leaf, chunk(40n), {}, 1000)).toBe('refused');
      const other = { ...chunk(60n), chunkId: 'c2' };
      expect(await gates.openChunk(leaf, other, { dayPico: 39n }, 1000)).toBe('refused');
      expect(await gates.openChunk(leaf, other, { monthPico: 39n }, 1000)).toBe('refused');
      await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1 });
      expect(await gates.openChunk(leaf, other, {}, 1000)).toBe('refused');
      await gates.setBreaker(leaf, { openUntilMs: 500, trips: 1 }, { trips: 1 });
      expect(await gates.openChunk(leaf, other, { dayPico: 40n, monthPico: 40n }, 1000)).toBe('changed');
      expect((await gates.read(leaf)).allowance[DAY]).toBe(0n);
    },
  ],
];
