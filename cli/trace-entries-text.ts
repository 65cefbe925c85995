import { localTime } from '../functions/core/local-time.ts';
import { displayUsd, type PicoUsd, sumPico } from '../functions/core/money.ts';
import { NO_RUN } from '../functions/core/trace/breakdown.ts';
import type { Tally } from '../functions/core/trace/tallies.ts';
import type { EntriesRead } from '../functions/use-cases/read-bad-hours.ts';
import { localMinute } from './local-minute.ts';
import { printTable } from './print-table.ts';

const RUNS_SHOWN = 5;
/** So many runs at most make up a rise that is theirs. */
const FEW_RUNS = 5;
const MOST_OF_IT = 0.8;

const part = (some: PicoUsd, all: PicoUsd): number => (all === 0n ? 0 : Number(some) / Number(all));
const percent = (share: number): string => `${Math.round(share * 100)}%`;
const count = (value: number): string => value.toLocaleString('en-US');

/** Who made the calls of the bad hours. */
export function runsText({ breakdown, cut, expired }: EntriesRead, calls: number, timezone: string): string {
  const runs = breakdown.runs.dearest();
  const all = sumPico(runs.map(({ costPico }) => costPico));
  if (breakdown.entries === 0)
    return expired ? `Who: the ${count(calls)} calls have expired; only their sums are left.` : 'Who: none of its calls is in the ledger.';
  const rows = runs
    .slice(0, RUNS_SHOWN)
    .map((run) => [
      run.key === NO_RUN ? '(no run)' : run.key,
      count(run.calls),
      displayUsd(run.costPico),
      percent(part(run.costPico, all)),
      localMinute(run.firstMs, timezone),
      localTime(run.lastMs, timezone).slice(0, 5),
    ]);
  const read = cut ? [`Read: the first ${count(breakdown.entries)} of ${count(calls)} calls.`] : [];
  const gone = expired ? ['Some of these calls may have expired.'] : [];
  return [`Who: ${whose(runs, all)}`, printTable([['run', 'calls', 'cost', 'part', 'first', 'last'], ...rows]), ...read, ...gone].join(
    '\n',
  );
}

function whose(runs: readonly Tally[], all: PicoUsd): string {
  const named = runs.filter(({ key }) => key !== NO_RUN);
  const none = runs.find(({ key }) => key === NO_RUN);
  if (none !== undefined && part(none.costPico, all) >= 0.5)
    return `${count(none.calls)} calls without a run made ${percent(part(none.costPico, all))} of it (callers that send \`run\` can be told apart)`;
  for (let most = 1; most <= FEW_RUNS && most <= named.length; most += 1) {
    const share = part(sumPico(named.slice(0, most).map(({ costPico }) => costPico)), all);
    if (share >= MOST_OF_IT) return `${most === 1 ? 'one run' : `${most} runs`} made ${percent(share)} of it`;
  }
  return `${count(named.length)} runs, none of them most of it; the dearest made ${percent(part(named[0]?.costPico ?? 0n, all))}`;
}

/** A request that comes this often, and is this part of the calls, is a retry storm or a loop. */
const OFTEN = 10;
const NOTED_PART = 0.2;

/** What else the entries show; empty when nothing is worth a line. */
export function asideText({ breakdown, versionsBefore }: EntriesRead, timezone: string): string {
  const calls = breakdown.stops.dearest().reduce((sum, tally) => sum + tally.calls, 0);
  const often = breakdown.requests.most();
  const lines: string[] = [];
  if (often !== undefined && often.calls >= OFTEN && often.calls / calls >= NOTED_PART)
    lines.push(`the same request ${count(often.calls)} times, ${percent(often.calls / calls)} of the calls: a retry storm or a loop`);
  lines.push(...versionLines(breakdown.versions.dearest(), versionsBefore, timezone));
  for (const { key, calls: stopped } of breakdown.stops.dearest())
    if (!ORDINARY_STOPS.has(key) && stopped / calls >= NOTED_PART)
      lines.push(`${percent(stopped / calls)} of the calls stopped with ${key}`);
  for (const { key, calls: taken, costPico } of breakdown.reasons.dearest())
    if (NOTED_REASONS.has(key) && taken / calls >= NOTED_PART)
      lines.push(`${percent(taken / calls)} of the calls were ${key} (${displayUsd(costPico)})`);
  const assumed = breakdown.kinds.dearest().find(({ key }) => key === 'assumed');
  if (assumed !== undefined)
    lines.push(`${count(assumed.calls)} calls ended unknown and are booked at their whole hold, ${displayUsd(assumed.costPico)}`);
  for (const { key, calls: would } of breakdown.wouldRefuse.dearest())
    lines.push(`observe mode let ${count(would)} calls pass that enforce mode refuses (${key})`);
  return lines.length === 0 ? '' : ['Also:', ...lines.map((line) => `- ${line}`)].join('\n');
}

const ORDINARY_STOPS: ReadonlySet<string> = new Set(['end_turn', 'tool_use', 'stop_sequence']);
const NOTED_REASONS: ReadonlySet<string> = new Set(['escalated', 'missed_batch', 'unresolved']);

function versionLines(during: readonly Tally[], before: readonly Tally[], timezone: string): string[] {
  const known = new Set(before.map(({ key }) => key));
  if (before.length === 0) return [];
  const fresh = during.filter(({ key, calls }) => key !== '' && calls > 0 && !known.has(key)).toSorted((a, b) => b.calls - a.calls);
  return fresh
    .slice(0, 1)
    .map(
      ({ key, firstMs }) => `template version ${key} since ${localMinute(firstMs, timezone)}; before: ${[...known].slice(0, 3).join(', ')}`,
    );
}
