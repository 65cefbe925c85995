import { ulid } from 'ulid';
import { localDay, utcHour, utcHourStartMs } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { meteredPico } from '../../functions/core/price-book.ts';
import { type Rollup, rollUp } from '../../functions/core/rollup.ts';
import { type DaySlots, isWeekend } from '../../functions/core/trace/day-slots.ts';
import { traceWindow } from '../../functions/core/trace/find-spike.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import type { TracePorts } from '../../functions/use-cases/trace-spend.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { rollup } from './rollups.ts';
import { seededRandom } from './seeded-random.ts';
import { settings } from './settings.ts';

/** A call of 100,000 prompt and 20,000 output tokens at $1 and $5 a million: twenty cents. */
const USAGE = { ...NO_USAGE, input: 100_000, output: 20_000 };
const UNIT_PRICES = { input: 1_000_000n, cacheRead: 100_000n, cacheWrite5m: 1_250_000n, cacheWrite1h: 2_000_000n, output: 5_000_000n };
const CALL_USD = 0.2;

/** Where a slot of a local day is, for habits. `age`: days since the window began. */
export type When = {
  readonly day: string;
  readonly hour: number;
  readonly weekday: number;
  readonly weekend: boolean;
  readonly age: number;
};
export type Habit = (when: When) => number;

/** Office hours on workdays, at that many dollars an hour. */
export const office =
  (dollars: number): Habit =>
  ({ hour, weekend }) =>
    weekend || hour < 8 || hour >= 18 ? 0 : dollars;

export type TraceWorld = TracePorts & { readonly ledger: ReturnType<typeof memoryLedger>; readonly window: readonly DaySlots[] };

/**
 * A ledger whose closed hours have rollups: three weeks of the habits (dollars an hour, by `feature/template`), with noise of 10 %, and of the
 * entries. `nowMs` is in an hour that is still open.
 */
export async function traceWorld(
  habits: Readonly<Record<string, Habit>>,
  entries: readonly LedgerEntry[],
  { nowMs, timezone = 'Europe/Berlin', retentionDays = 400 }: { nowMs: number; timezone?: string; retentionDays?: number },
): Promise<TraceWorld> {
  const ledger = memoryLedger();
  const window = traceWindow(localDay(nowMs, timezone), timezone);
  const closedHour = utcHour(nowMs - 3_600_000);
  for (const entry of entries) await ledger.record(entry);
  const usual = [...habitRollups(habits, window)];
  const closed = [...usual, ...rollUp(entries)].filter(({ hour }) => hour <= closedHour);
  for (const [hour, rollups] of Map.groupBy(closed, (each) => each.hour)) await ledger.putRollups(hour, merged(rollups));
  await ledger.setProgress({ closedHour });
  return { gates: memoryGates(), ledger, window, settings: settings({ timezone, retentionDays }), now: () => nowMs };
}

function* habitRollups(habits: Readonly<Record<string, Habit>>, window: readonly DaySlots[]): Generator<Rollup> {
  const random = seededRandom(7);
  for (const [name, habit] of Object.entries(habits)) {
    const [feature = '', template = ''] = name.split('/');
    for (const [age, { day, hours, minutes }] of window.entries()) {
      const when = { day, age, weekday: new Date(`${day}T00:00:00Z`).getUTCDay(), weekend: isWeekend({ day }) };
      for (const [slot, hour] of hours.entries()) {
        const dollars = habit({ ...when, hour: Math.floor((minutes[slot] ?? 0) / 60) });
        const calls = Math.round((dollars * (0.9 + 0.2 * random.next())) / CALL_USD);
        if (calls > 0) yield usualRollup({ feature, template, day, hour }, calls);
      }
    }
  }
}

const usualRollup = (where: Pick<Rollup, 'feature' | 'template' | 'day' | 'hour'>, calls: number): Rollup =>
  rollup({
    ...where,
    calls,
    usage: { ...NO_USAGE, input: calls * USAGE.input, output: calls * USAGE.output },
    charges: [
      { meter: 'input', unitPricePico: UNIT_PRICES.input, tokens: calls * USAGE.input },
      { meter: 'output', unitPricePico: UNIT_PRICES.output, tokens: calls * USAGE.output },
    ],
    costPico: BigInt(calls) * meteredPico(USAGE, UNIT_PRICES),
  });

/** One rollup where a habit and entries meet. */
function merged(rollups: readonly Rollup[]): Rollup[] {
  const groups = Map.groupBy(rollups, (each) => [each.day, each.feature, each.template, each.model, each.mode].join(' '));
  return [...groups.values()].flatMap((group) => group.slice(0, 1).map((first) => group.slice(1).reduce(sum, first)));
}

const sum = (a: Rollup, b: Rollup): Rollup => ({
  ...a,
  calls: a.calls + b.calls,
  usage: { ...a.usage, input: a.usage.input + b.usage.input, output: a.usage.output + b.usage.output },
  charges: [...a.charges, ...b.charges],
  costPico: a.costPico + b.costPico,
  assumedPico: a.assumedPico + b.assumedPico,
});

/** That many calls of twenty cents from an instant on, one a second, round and round within the hour. */
export function callsAt(atMs: number, calls: number, over: Partial<LedgerEntry> = {}, timezone = 'Europe/Berlin'): LedgerEntry[] {
  const { feature = 'invoice-extractor', template = 'extract', usage = USAGE, unitPrices = UNIT_PRICES } = over;
  const left = utcHourStartMs(utcHour(atMs)) + 3_600_000 - atMs;
  const random = seededRandom(atMs % 1_000_000);
  return Array.from({ length: calls }, (_, index) => {
    const admittedAtMs = atMs + ((index * 1000) % left);
    const requestId = requestIdOf(feature, template, ulid(admittedAtMs, random.next));
    const [hour, day] = [utcHour(admittedAtMs), localDay(admittedAtMs, timezone)];
    const costPico = meteredPico(usage, unitPrices);
    return ledgerEntry({
      requestId,
      admittedAtMs,
      hour,
      day,
      usage,
      unitPrices,
      costPico,
      holdPico: 2n * costPico,
      fingerprint: `r${index}`,
      ...over,
    });
  });
}
