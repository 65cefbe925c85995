import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUntil } from '../../cli/parse-until.ts';
import { localTime } from '../../functions/core/local-time.ts';

const BERLIN = 'Europe/Berlin';
/** Sunday, 13:00 in Berlin. */
const NOON = Date.parse('2026-11-22T12:00:00Z');
const until = (text: string, nowMs = NOON, timezone = BERLIN) => {
  const atMs = parseUntil(text, nowMs, timezone);
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
};

describe('the time that an operator types', () => {
  it.each([
    ['90m', '2026-11-22T13:30:00.000Z'],
    ['2h', '2026-11-22T14:00:00.000Z'],
    ['3d', '2026-11-25T12:00:00.000Z'],
    ['18:30', '2026-11-22T17:30:00.000Z'],
    ['9:15', '2026-11-23T08:15:00.000Z'],
    ['13:00', '2026-11-23T12:00:00.000Z'],
    ['2026-11-24', '2026-11-24T23:00:00.000Z'],
    ['2026-11-24T18:00', '2026-11-24T17:00:00.000Z'],
    ['2026-11-24 18:00', '2026-11-24T17:00:00.000Z'],
    ['2026-11-24T18:00:00Z', '2026-11-24T18:00:00.000Z'],
    ['2026-11-24T18:00:00.500-05:00', '2026-11-24T23:00:00.500Z'],
  ])('%s is %s', (text, expected) => {
    expect(until(text)).toBe(expected);
  });

  it.each(['', 'tomorrow', '2', '2w', '-2h', '24:00', '12:60', '2026-02-30', '2026-13-01T10:00:00Z', '2026-11-24T18:00:00X', '1e3h'])(
    'cannot be read: "%s"',
    (text) => {
      expect(until(text)).toBeUndefined();
    },
  );

  it('is on the clocks of the organization, through both changes of the clock', () => {
    expect(until('18:00', Date.parse('2026-10-24T22:30:00Z'))).toBe('2026-10-25T17:00:00.000Z');
    expect(until('18:00', Date.parse('2026-03-28T23:30:00Z'))).toBe('2026-03-29T16:00:00.000Z');
  });

  it('as an hour is the next time that the clocks show it, anywhere', () => {
    const zones = fc.constantFrom(BERLIN, 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC');
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }), minutes, zones, (nowMs, minute, timezone) => {
        const text = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        const atMs = parseUntil(text, nowMs, timezone) ?? 0;
        expect(atMs).toBeGreaterThan(nowMs);
        expect(atMs - nowMs).toBeLessThanOrEqual(25 * 3_600_000);
        // Between 1 and 3 at night a clock may skip the hour, or show it twice.
        if (minute < 60 || minute >= 180) expect(localTime(atMs, timezone).slice(0, 5)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
