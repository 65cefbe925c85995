import { describe, expect, it } from 'vitest';
import { parseDay } from '../../cli/parse-day.ts';

describe('a day given to a verb', () => {
  it.each(['2020-01-01', '2024-02-29', '2026-11-25'])('is taken: %s', (day) => {
    expect(parseDay(day)).toBe(day);
  });

  it.each(['2026-02-30', '2026-13-01', '2026-1-1', 'today', '', '2026-11-25T00:00'])('is of the calendar: not %j', (day) => {
    expect(() => parseDay(day)).toThrow('a day is yyyy-mm-dd');
  });

  it.each(['0001-01-01', '1970-01-01', '2019-12-31'])('is not before any ledger: %s', (day) => {
    expect(() => parseDay(day)).toThrow('no ledger has days before 2020-01-01');
  });
});
