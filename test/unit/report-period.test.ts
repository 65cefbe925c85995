import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, isoWeek, localDay, localDayStartMs } from '../../functions/core/calendar.ts';
import { daysBetween, reportPeriod } from '../../functions/core/report-period.ts';

const anyDay = fc.integer({ min: 0, max: 4000 }).map((days) => addDays('2020-01-01', days));

describe('the period of a Friday report', () => {
  it('is the seven local days ending on the Thursday before, against the seven before those', () => {
    expect(reportPeriod('2026-11-20')).toEqual({
      week: '2026-W47',
      from: '2026-11-13',
      to: '2026-11-19',
      beforeFrom: '2026-11-06',
      beforeTo: '2026-11-12',
    });
  });

  it('looks back to the last Thursday that is over, whichever day it is sent on', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const { from, to, beforeFrom, beforeTo } = reportPeriod(day);
        expect(new Date(`${to}T00:00:00Z`).getUTCDay()).toBe(4);
        expect(to < day && day <= addDays(to, 7)).toBe(true);
        expect(daysBetween(beforeFrom, to)).toHaveLength(14);
        expect(addDays(beforeTo, 1)).toBe(from);
      }),
    );
  });
});

describe('the calendar', () => {
  it.each([
    ['2026-01-01', '2026-W01'],
    ['2027-01-01', '2026-W53'],
    ['2026-12-31', '2026-W53'],
    ['2024-12-30', '2025-W01'],
  ])('puts %s into ISO week %s', (day, week) => {
    expect(isoWeek(day)).toBe(week);
  });

  it('starts a local day at the first instant that belongs to it, summer time or not', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC', 'Pacific/Kiritimati');
    fc.assert(
      fc.property(anyDay, zones, (day, zone) => {
        const start = localDayStartMs(day, zone);
        expect([localDay(start, zone), localDay(start - 1, zone)]).toEqual([day, addDays(day, -1)]);
      }),
    );
  });
});
