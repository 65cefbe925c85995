import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../functions/core/errors.ts';
import { maxPico, usdToPico } from '../../functions/core/money.ts';
import type { GateMutation } from '../support/memory-gates.ts';
import { CAP_NAMES, type Crowd, crowd, HOLD } from '../support/thousand-callers.ts';

const CROWD = { callers: 1_000, fits: 100, shortens: true, modelMs: 75, withinMs: 0 } as const;
const SMALLEST = HOLD / 10n;

/** A refusal is false when the gate that gave it has room, by its own figures, or gives none. */
function isFalse({ evidence }: Refusal): boolean {
  const [cap, committed, needed] = ['capUsd', 'committedUsd', 'neededUsd'].map((figure) => evidence[figure]);
  if (typeof cap !== 'string' || typeof committed !== 'string') return true;
  return needed !== undefined && usdToPico(cap) - usdToPico(committed) >= SMALLEST;
}

describe('a thousand environments that call at the same moment, against a cap that fits a hundred', () => {
  it.each(CAP_NAMES)(
    'spend %s, never pass it, and are not refused while it has room',
    async (cap) => {
      const { capPico, spentPico, leaves, passed, refusals } = await crowd({ ...CROWD, cap });
      expect(passed).toEqual([]);
      expect(spentPico).toBeLessThanOrEqual(capPico);
      expect(capPico - spentPico).toBeLessThan(maxPico(capPico / 50n, HOLD * BigInt(leaves)));
      expect(refusals.filter(isFalse)).toEqual([]);
      expect(refusals.length).toBeGreaterThan(CROWD.callers / 3);
    },
    60_000,
  );
});

describe('a thousand environments that call within twenty seconds, against a cap that fits a hundred', () => {
  it.each(CAP_NAMES)(
    'are told to come again, for money in flight, in less than one of a hundred cases: %s',
    async (cap) => {
      const { passed, refusals } = await crowd({ ...CROWD, cap, withinMs: 20_000 });
      expect(passed).toEqual([]);
      expect(refusals.filter(isFalse)).toEqual([]);
      expect(refusals.filter(({ reason }) => reason === 'budget_held').length).toBeLessThan(CROWD.callers / 100);
    },
    60_000,
  );
});

describe('the crowd', () => {
  it.each<[Crowd['cap'], GateMutation]>([
    ['the day of a team', 'take forgets what was seen'],
    ['the month of the organization', 'hold asks for no cap'],
    ['the month of the organization', 'grant spends no allowance'],
    ['the hour of a split feature', 'hold asks for no cap'],
  ])(
    'passes %s when a %s',
    async (cap, mutation) => {
      const { capPico, spentPico, passed } = await crowd({ ...CROWD, cap }, mutation);
      expect(spentPico > capPico || passed.length > 0).toBe(true);
    },
    60_000,
  );
});
