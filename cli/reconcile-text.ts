import { displayUsd, maxPico, PICO_PER_USD, type PicoUsd, sumPico } from '../functions/core/money.ts';
import { driftOf } from '../functions/core/reconcile/classify.ts';
import type { Explained } from '../functions/core/reconcile/explain-together.ts';
import { meterSum, metersOf } from '../functions/core/reconcile/side.ts';
import { totalsBy } from '../functions/core/reconcile/totals.ts';
import { WHYS, type Why } from '../functions/core/reconcile/why.ts';
import { printTable } from './print-table.ts';
import type { Reconciled } from './reconcile.ts';

/** Rows shown to people; `--json` has all. */
const MOST_ROWS = 20;
/** Below this total, cents would hide everything. */
const SMALL_PICO = 10n * PICO_PER_USD;

/** For people: totals by model, the differences, what they mean, what is left out. */
export function reconciliationText(reconciled: Reconciled): string {
  const { found } = reconciled;
  const usd = (pico: PicoUsd): string => displayUsd(pico, maxPico(found.billedPico, found.bookedPico) < SMALL_PICO ? 4 : 2);
  const parts = [heading(reconciled), modelTable(reconciled, usd), ...differences(found.rows, usd), leftOut(reconciled, usd)];
  return parts.filter((part) => part !== '').join('\n\n');
}

type Format = (pico: PicoUsd) => string;

const VERDICTS = {
  matches: 'The ledger matches the bill.',
  drift: 'The ledger and the bill differ.',
  nothing_to_compare: 'Nothing to compare: the ledger has no usage by the last day of the bill, or the bill no usage of Bedrock.',
} as const;

/** A bill that is still being written proves nothing about what it has not. */
const SO_FAR = 'So far the ledger matches the bill; AWS has not billed all of it yet.';

function heading({ format, tolerance, found }: Reconciled): string {
  const days = found.days === undefined ? '' : `, ${found.days.first} to ${found.days.last} (UTC days)`;
  const unbilled = found.rows.some(({ why }) => why === 'not_in_bill_yet');
  const verdict = unbilled && found.verdict === 'matches' ? SO_FAR : VERDICTS[found.verdict];
  return `Ledger against the bill (${format})${days}, tolerance ${tolerance} % or one cent\n${verdict}`;
}

function modelTable({ found }: Reconciled, usd: Format): string {
  if (found.rows.length === 0) return '';
  const totals = totalsBy(found.rows, ({ place }) => ({ name: modelOf(place) }));
  const line = (name: string, billed: PicoUsd, booked: PicoUsd) => [
    name,
    usd(billed),
    usd(booked),
    usd(billed - booked),
    share(billed, booked),
  ];
  return printTable([
    ['model', 'billed', 'booked', 'drift', 'of booked'],
    ...totals.map(({ name, billedPico, bookedPico }) => line(name, billedPico, bookedPico)),
    line('total', found.billedPico, found.bookedPico),
  ]);
}

const modelOf = ({ model, unmapped }: Explained['place']): string =>
  unmapped ? `${model} (not configured)` : model === '' ? 'all' : model;

/** Per cent with one decimal, or a dash. */
function share(billed: PicoUsd, booked: PicoUsd): string {
  return booked === 0n ? '–' : `${(Number(((billed - booked) * 10_000n) / booked) / 100).toFixed(1)}%`;
}

function differences(rows: readonly Explained[], usd: Format): string[] {
  const different = rows.filter(({ why }) => why !== 'matches');
  if (different.length === 0) return [];
  const lines = different.slice(0, MOST_ROWS).map((row) => {
    const { place, billed, booked, why } = row;
    return [
      place.day,
      modelOf(place),
      place.feature || '–',
      place.mode || '–',
      usd(billed.costPico),
      usd(booked.costPico),
      usd(driftOf(row)),
      why,
    ];
  });
  const rest = different.length > MOST_ROWS ? `\n... and ${different.length - MOST_ROWS} more: --json has all` : '';
  const table = printTable([['day', 'model', 'feature', 'mode', 'billed', 'booked', 'drift', 'why'], ...lines]);
  return [`${table}${rest}`, reasons(different, usd)];
}

/** Each name once, with its money, its meaning, what to do, and its plainest evidence. */
function reasons(different: readonly Explained[], usd: Format): string {
  const byWhy = Map.groupBy(different, ({ why }) => why);
  return [...byWhy]
    .map(([why, rows]) => {
      const { means, todo } = WHYS[why];
      const [largest] = rows;
      const evidence = largest === undefined ? '' : evidenceOf(why, largest);
      return `${why}, ${usd(sumPico(rows.map(driftOf)))} in ${rows.length === 1 ? 'one row' : `${rows.length} rows`}: ${means}.\n  Do: ${todo}.${evidence}`;
    })
    .join('\n');
}

const PRICES: ReadonlySet<Why> = new Set(['price_differs', 'regional_price', 'discount']);
const TOKENS: ReadonlySet<Why> = new Set(['tokens_differ', 'outside_spillway']);

/** Of the largest row: the unit prices that the bill implies and ours, or the tokens on both sides. */
function evidenceOf(why: Why, { place, billed, booked }: Explained): string {
  const meters = metersOf(billed, booked).map((meter) => {
    const [paid, ours] = [meterSum(billed, meter), meterSum(booked, meter)];
    if (PRICES.has(why)) return `${meter} ${perMillion(paid)} instead of ${perMillion(ours)}`;
    return `${meter} ${paid.tokens.toLocaleString('en-US')} instead of ${ours.tokens.toLocaleString('en-US')}`;
  });
  if (meters.length === 0 || !(PRICES.has(why) || TOKENS.has(why))) return '';
  const what = PRICES.has(why) ? 'per million tokens' : 'tokens';
  return `\n  ${place.day}, ${modelOf(place)}, ${what}: ${meters.join('; ')}`;
}

const perMillion = ({ tokens, costPico }: { tokens: bigint; costPico: PicoUsd }): string =>
  tokens === 0n ? '–' : displayUsd((costPico * 1_000_000n) / tokens, 4);

function leftOut({ bill, ledger, found }: Reconciled, usd: Format): string {
  const sums: readonly (readonly [string, PicoUsd])[] = [
    ...[...bill.setAside].toSorted().map(([type, pico]) => [type, pico] as const),
    ['other services', bill.otherServicesPico],
    ['days before the ledger begins', found.beforeLedgerPico],
  ];
  const billed = sums.filter(([, pico]) => pico !== 0n).map(([name, pico]) => `${name} ${usd(pico)}`);
  const booked = [
    ...(ledger.otherProvidersPico === 0n ? [] : [`models of other providers ${usd(ledger.otherProvidersPico)}`]),
    ...(ledger.notInExportPico === 0n ? [] : [`calls that this export cannot show ${usd(ledger.notInExportPico)}`]),
  ];
  const lines = [
    `The bill adds up: ${usd(found.billedPico)} compared${billed.map((each) => ` + ${each}`).join('')} = ${usd(bill.totalPico)}.`,
    ...(booked.length === 0 ? [] : [`Booked, but not compared: ${booked.join(', ')}.`]),
  ];
  return lines.join('\n');
}
