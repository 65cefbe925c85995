import { displayUsd, picoToUsd } from '../../functions/core/money.ts';
import { balances, type LedgerCheck } from './ledger-check.ts';
import { percentile, type Tally } from './tally.ts';

const number = (value: number): string => value.toLocaleString('en-US');

function counted(title: string, counts: ReadonlyMap<string, number>): string[] {
  return counts.size === 0 ? [] : [title, ...[...counts].map(([what, n]) => `  ${number(n).padStart(6)}  ${what}`)];
}

function refusals(tally: Tally): string[] {
  const rows = [...tally.refusals].sort(([, a], [, b]) => b.count - a.count);
  return rows.length === 0
    ? []
    : ['refused, by reason:', ...rows.map(([reason, { count, message }]) => `  ${number(count).padStart(6)}  ${reason}: ${message}`)];
}

/** The comparison, exact. `lost` calls may have been paid without a receipt. */
export function verdict(check: LedgerCheck, lost: number): string {
  const lines = [`receipts  $${picoToUsd(check.receiptsPico)}`, `ledger    $${picoToUsd(check.ledgerPico)}`];
  if (lost > 0) {
    lines.push(
      `${lost} calls broke off: whether they were paid is not known here. The ledger has entries of ${check.unreceipted} requests`,
    );
    lines.push(
      `without a receipt, $${picoToUsd(check.unreceiptedPico)}; holds left behind become \`assumed\` entries after their deadline.`,
    );
    lines.push('The comparison above is of the requests whose receipts came back.');
  }
  if (balances(check, lost)) return [...lines, `equal to the pico-dollar, over ${number(check.requests)} requests`].join('\n');
  const some = check.differing.slice(0, 5).join(', ');
  return [
    ...lines,
    `THE LEDGER DIFFERS${some === '' ? `: ${check.unreceipted} paid requests have no receipt` : `, first at ${some}`}`,
  ].join('\n');
}

/** What a person reads at the end, before the verdict; money is rounded here. */
export function summary(tally: Tally, seconds: number): string {
  const { input, output, cacheRead, cacheWrite } = tally.tokens;
  const rate = seconds > 0 ? (tally.calls / seconds).toFixed(1) : '0';
  const [p50, p99] = [percentile(tally.latenciesMs, 0.5), percentile(tally.latenciesMs, 0.99)].map(Math.round);
  return [
    `${number(tally.calls)} calls in ${seconds.toFixed(1)} s (${rate}/s): ${number(tally.answered)} answered, ${number(tally.refused)} refused, ${number(tally.errors)} errors`,
    `tokens    ${number(input)} in, ${number(output)} out, ${number(cacheRead)} read from cache, ${number(cacheWrite)} written to cache`,
    `dollars   ${displayUsd(tally.costPico, 4)}; ${number(tally.escalated)} escalations to the strong model`,
    `latency   p50 ${p50} ms, p99 ${p99} ms`,
    ...refusals(tally),
    ...counted('errors:', tally.failures),
    ...counted('broken off:', tally.lost),
  ].join('\n');
}
