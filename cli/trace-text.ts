import { HOUR_MS, utcHourStartMs } from '../functions/core/calendar.ts';
import { displayUsd, sumPico } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import { JUDGED_DAYS, REFERENCE_DAYS } from '../functions/core/trace/find-spike.ts';
import { type Rise, UNUSUAL_TIMES } from '../functions/core/trace/rise.ts';
import type { Calm, Spike, Trace, TraceQuery } from '../functions/use-cases/trace-spend.ts';
import { localMinute } from './local-minute.ts';
import { changeText } from './trace-change-text.ts';
import { asideText, runsText } from './trace-entries-text.ts';
import { stackFlags, type VerbOptions } from './verb-options.ts';

type Asked = TraceQuery & VerbOptions;

/** The trace for a person at 3 a.m.: what, since when, why, who, and the next command to type. */
export function traceText(trace: Trace, asked: Asked, { timezone }: Pick<Settings, 'timezone'>): string {
  const where = asked.feature ?? 'any feature';
  if (trace.kind === 'no_usage') return `No usage of ${where} ${period(trace)}.`;
  if (trace.kind === 'nothing') return calmText(trace.calm, `in ${where} ${period(trace)}`, asked);
  return spikeText(trace.spike, asked, timezone);
}

const period = ({ from, to }: Trace): string => (from === to ? `on ${from}` : `from ${from} to ${to}`);
const named = ({ costs }: Pick<Rise, 'costs'>): string => `${costs.template} of ${costs.feature}`;

function calmText({ largest, elsewhere, growth }: Calm, where: string, asked: Asked): string {
  const usual = `what ${largest?.references.length ?? 0} days before it rose to by themselves`;
  const rise =
    largest === undefined
      ? 'no template cost noticeably more than usual.'
      : `the largest rise is ${named(largest)} on ${largest.day.day}, ${displayUsd(largest.surge.excessPico)} above its usual course; ${usual}: ${displayUsd(largest.ordinaryPico)}. Unusual begins at ${UNUSUAL_TIMES} times that.`;
  const other =
    elsewhere === undefined
      ? []
      : [
          '',
          `But ${named(elsewhere)} rose by ${displayUsd(elsewhere.surge.excessPico)} on ${elsewhere.day.day}.`,
          `Next: npx spillway trace ${elsewhere.costs.feature} --day ${elsewhere.day.day}${stackFlags(asked)}`,
        ];
  const slow =
    growth === undefined
      ? []
      : [
          '',
          `What rose slowly: ${named(growth)} cost ${displayUsd(growth.lastPico)} in the last 7 days, ${displayUsd(growth.beforePico)} in the 7 before.`,
          `Next: npx spillway spend --by day,template${stackFlags(asked)}`,
        ];
  return [`Nothing unusual ${where}: ${rise}`, ...other, ...slow].join('\n');
}

function spikeText(spike: Spike, asked: Asked, timezone: string): string {
  const { hours, change, entries } = spike;
  const [first] = hours;
  const { dearest } = entries.breakdown;
  const next =
    dearest === undefined
      ? `Next: npx spillway spend --by template,model,mode --from ${first?.day} --to ${hours.at(-1)?.day}${stackFlags(asked)}`
      : `Next: npx spillway explain ${dearest.requestId}${stackFlags(asked)}\n      (its dearest call, ${displayUsd(dearest.costPico, 4)})`;
  const parts = [headText(spike, asked, timezone), changeText(change), runsText(entries, change.after.calls, timezone)];
  return [...parts, asideText(entries, timezone), othersText(spike), next].filter((part) => part !== '').join('\n\n');
}

function headText(spike: Spike, asked: Asked, timezone: string): string {
  const { culprit, hours, share } = spike;
  const [spent, usual] = [sumPico(hours.map(({ costPico }) => costPico)), sumPico(hours.map(({ usualPico }) => usualPico))];
  const begin = utcHourStartMs(hours[0]?.hour ?? '');
  const end = utcHourStartMs(hours.at(-1)?.hour ?? '') + HOUR_MS;
  const days = culprit.references.length;
  const compared = culprit.isNew
    ? days === 0
      ? 'there is no day before to compare with, so all of it counts'
      : `it is new: not called on the ${days} days before`
    : `the median of the same hours of the ${Math.min(days, REFERENCE_DAYS)} days before, workdays and weekends apart`;
  const byItself = `${displayUsd(culprit.ordinaryPico)} is what it rose by itself on those days`;
  return [
    `${named(culprit)} cost ${displayUsd(spent - usual)} above usual${picked(asked, culprit.day.day)}.`,
    `Owner ${spike.owner}, team ${spike.team}.`,
    '',
    `first bad hour  ${localMinute(begin, timezone)} ${timezone} (${hours[0]?.hour}:00 UTC)`,
    `bad hours       ${hours.length}, until ${localMinute(end, timezone)}`,
    `spent           ${displayUsd(spent)} in them; usually ${displayUsd(usual)}: ${compared}`,
    ...(culprit.isNew ? [] : [`ordinary        ${byItself}`]),
    `explains        ${percent(share)} of what ${asked.feature === undefined ? 'everything' : asked.feature} rose by in those hours`,
  ].join('\n');
}

function picked({ feature, day }: Asked, found: string): string {
  if (day !== undefined) return ` on ${found}`;
  return ` on ${found}, the worst ${feature === undefined ? 'of all features ' : ''}in the last ${JUDGED_DAYS} days`;
}

function othersText({ others }: Spike): string {
  if (others.length === 0) return '';
  const listed = others.slice(0, 3).map((rise) => `${named(rise)} (${displayUsd(rise.surge.excessPico)})`);
  const more = others.length > 3 ? ` and ${others.length - 3} more` : '';
  return `Also unusual that day: ${listed.join(', ')}${more}`;
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;
