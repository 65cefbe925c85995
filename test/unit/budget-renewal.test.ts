import { describe, expect, it } from 'vitest';
import { renewing } from '../../functions/core/budget-renewal.ts';
import { refuse } from '../../functions/core/errors.ts';

const NOON = Date.parse('2026-10-24T12:30:00Z');
const retryAt = (period: string, day: string) =>
  new Date(renewing(refuse('budget_exhausted', 'empty', { period }), day, 'Europe/Berlin', NOON).retryAtMs ?? 0).toISOString();

describe('an exhausted budget', () => {
  it.each([
    ['hourly', '2026-10-24', '2026-10-24T13:00:00.000Z'],
    ['daily', '2026-10-24', '2026-10-24T22:00:00.000Z'],
    // Summer time has ended in between: this local day has 25 hours.
    ['daily', '2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['monthly', '2026-10-24', '2026-10-31T23:00:00.000Z'],
    ['monthly', '2026-12-31', '2026-12-31T23:00:00.000Z'],
    ['monthly', '2028-02-01', '2028-02-29T23:00:00.000Z'],
  ])('says when its %s cap of %s has room again: %s', (period, day, expected) => {
    expect(retryAt(period, day)).toBe(expected);
  });

  it('alone waits for its period: money held by calls in flight comes back sooner', () => {
    const held = refuse('budget_held', 'held', { period: 'daily' }, NOON + 1000);
    expect(renewing(held, '2026-10-24', 'Europe/Berlin', NOON)).toBe(held);
  });
});
