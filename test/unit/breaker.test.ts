import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BreakerState, CLOSED, probed, trip } from '../../functions/core/breaker.ts';

const POLICY = { coolDownMs: 1_000, maxCoolDownMs: 8_000 };
const probing = (trips: number): BreakerState => ({ phase: 'probing', untilMs: 5_000, trips, probeId: 'mine' });

describe('a closed breaker', () => {
  it('opens for one cool-down when it is tripped', () => {
    expect(trip(CLOSED, POLICY, 100)).toEqual({ phase: 'open', untilMs: 1_100, trips: 1 });
  });
});

describe('an open breaker', () => {
  it('is not changed by another trip: only the first caller alerts', () => {
    const open = trip(CLOSED, POLICY, 100);
    expect(trip(open, POLICY, 200)).toBe(open);
  });
});

describe('a probing breaker', () => {
  it('closes when its probe is healthy', () => {
    expect(probed(probing(3), 'mine', true, POLICY, 100)).toEqual(CLOSED);
  });

  it('doubles the cool-down each time a probe fails, up to the bound', () => {
    const untils = [1, 2, 3, 4, 60].map((trips) => probed(probing(trips), 'mine', false, POLICY, 0));
    expect(untils.map((state) => (state.phase === 'open' ? state.untilMs : 0))).toEqual([2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('is not changed by anybody else’s outcome, or by a trip', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (other, healthy) => {
        const state = probing(1);
        return other === 'mine' || (probed(state, other, healthy, POLICY, 0) === state && trip(state, POLICY, 0) === state);
      }),
    );
  });
});
