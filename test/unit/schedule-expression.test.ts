import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../local/sources/schedule-expression.ts';

const at = (text: string) => Date.parse(text);
const due = (expression: string, timezone: string, from: string, to: string) => {
  const dueMs = parseSchedule(expression, timezone, at('2026-11-01T00:00:00Z'))(at(from), at(to));
  return dueMs === undefined ? undefined : new Date(dueMs).toISOString();
};

describe('a cron schedule', () => {
  it('fires at the local time of its zone, in winter and in summer', () => {
    const friday = 'cron(0 16 ? * FRI *)';
    expect(due(friday, 'Europe/Berlin', '2026-11-27T14:59:59Z', '2026-11-27T15:00:00Z')).toBe('2026-11-27T15:00:00.000Z');
    expect(due(friday, 'Europe/Berlin', '2026-07-03T13:59:59Z', '2026-07-03T14:00:01Z')).toBe('2026-07-03T14:00:00.000Z');
    expect(due(friday, 'Europe/Berlin', '2026-11-27T15:00:00Z', '2026-11-28T15:00:00Z')).toBeUndefined();
  });

  it('fires once for a jump over many occurrences, at the latest one', () => {
    expect(due('cron(5 * * * ? *)', 'Etc/UTC', '2026-11-22T00:00:00Z', '2026-11-24T12:04:00Z')).toBe('2026-11-24T11:05:00.000Z');
    expect(due('cron(0/15 * * * ? *)', 'Etc/UTC', '2026-11-22T00:01:00Z', '2026-11-22T00:44:00Z')).toBe('2026-11-22T00:30:00.000Z');
  });

  it('never fires twice for one minute', () => {
    expect(due('cron(5 * * * ? *)', 'Etc/UTC', '2026-11-22T10:05:00Z', '2026-11-22T10:05:59Z')).toBeUndefined();
  });
});

describe('a rate schedule', () => {
  it('counts from the start of the stack', () => {
    expect(due('rate(5 minutes)', 'Etc/UTC', '2026-11-01T00:04:00Z', '2026-11-01T00:05:30Z')).toBe('2026-11-01T00:05:00.000Z');
    expect(due('rate(5 minutes)', 'Etc/UTC', '2026-11-01T00:00:00Z', '2026-11-01T00:04:59Z')).toBeUndefined();
    expect(due('rate(1 hour)', 'Etc/UTC', '2026-11-01T00:59:59Z', '2026-11-01T01:00:00Z')).toBe('2026-11-01T01:00:00.000Z');
  });
});

it.each(['every friday', 'cron(0 16 ? * FRI)', 'cron(0 0 L * ? *)', 'rate(5 fortnights)', 'rate(0 minutes)'])(
  'a schedule that is not understood is an error: %s',
  (expression) => {
    expect(() => parseSchedule(expression, 'UTC', 0)).toThrow(RangeError);
  },
);
