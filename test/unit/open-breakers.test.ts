import { describe, expect, it } from 'vitest';
import { type BreakerFields, emptyGate } from '../../functions/core/gate.ts';
import { openBreakersOf } from '../../functions/core/open-breakers.ts';
import { featureSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE_MS = 60_000;
const gates = (breakers: Record<string, BreakerFields>) =>
  new Map(Object.entries(breakers).map(([scope, breaker]) => [scope, { ...emptyGate(scope), breaker }]));

describe('an open breaker, for people', () => {
  it.each<[string, BreakerFields, object]>([
    ['open', { openUntilMs: NOW + 60_000, trips: 1, reason: 'loop_detected' }, { state: 'open', sinceMs: NOW - 4 * MINUTE_MS }],
    [
      'open for the third time',
      { openUntilMs: NOW + 1, trips: 3 },
      { state: 'open', sinceMs: NOW + 1 - 20 * MINUTE_MS, reason: 'tripped' },
    ],
    ['cooled down', { openUntilMs: NOW, trips: 1 }, { state: 'cooled_down' }],
    ['probing', { openUntilMs: NOW + 1, trips: 2, probeId: 'p' }, { state: 'probing', sinceMs: undefined, trips: 2 }],
  ])('is %s', (_, breaker, expected) => {
    expect(openBreakersOf(featureSettings('a'), gates({ 'feature:a': breaker }), NOW)).toMatchObject([expected]);
  });

  it('is shown once of a split feature, and its shards only where their gate has closed', () => {
    const open = { openUntilMs: NOW + 1, trips: 1 };
    const split = featureSettings('a', { shards: 2 });
    const scopes = (breakers: Record<string, BreakerFields>) => openBreakersOf(split, gates(breakers), NOW).map(({ scope }) => scope);
    expect(scopes({ 'feature:a': open, 'feature:a/0': open, 'feature:a/1': open })).toEqual(['feature:a']);
    expect(scopes({ 'feature:a': { trips: 0 }, 'feature:a/1': open })).toEqual(['feature:a/1']);
    expect(scopes({})).toEqual([]);
  });
});
