import { type PicoUsd, picoToUsd } from '../functions/core/money.ts';
import type { Meter } from '../functions/core/price-book.ts';
import type { Explained } from '../functions/core/reconcile/explain-together.ts';
import { meterSum, metersOf, type Side } from '../functions/core/reconcile/side.ts';
import { type Total, totalsBy } from '../functions/core/reconcile/totals.ts';
import { WHYS } from '../functions/core/reconcile/why.ts';
import type { Reconciled } from './reconcile.ts';

/** The whole comparison. Money is exact: `rows`, `setAsideUsd`, other services and the days before the ledger add up to `totalUsd`. */
export function reconciliationJson({ format, tolerance, bill, ledger, found }: Reconciled): string {
  const { rows } = found;
  return JSON.stringify({
    ...{ verdict: found.verdict, from: found.days?.first ?? null, to: found.days?.last ?? null, tolerancePercent: tolerance },
    totals: money(found.billedPico, found.bookedPico),
    byModel: totalsBy(rows, ({ place }) => ({ model: orNull(place.model), unmapped: place.unmapped })).map(total),
    byFeature: totalsBy(rows, ({ place }) => ({ feature: orNull(place.feature) })).map(total),
    byReason: totalsBy(rows, ({ why }) => ({ why, ...WHYS[why] })).map(total),
    rows: rows.map(rowJson),
    bill: {
      ...{ format, lines: bill.rows, totalUsd: picoToUsd(bill.totalPico) },
      setAsideUsd: Object.fromEntries([...bill.setAside].toSorted().map(([type, pico]) => [type, picoToUsd(pico)])),
      ...{ otherServicesUsd: picoToUsd(bill.otherServicesPico), beforeLedgerUsd: picoToUsd(found.beforeLedgerPico) },
    },
    ledger: { otherProvidersUsd: picoToUsd(ledger.otherProvidersPico), notInExportUsd: picoToUsd(ledger.notInExportPico) },
  });
}

const orNull = (name: string): string | null => (name === '' ? null : name);

const total = <Key>({ billedPico, bookedPico, ...key }: Total<Key>) => ({ ...key, ...money(billedPico, bookedPico) });

const money = (billed: PicoUsd, booked: PicoUsd) => ({
  ...{ billedUsd: picoToUsd(billed), bookedUsd: picoToUsd(booked), driftUsd: picoToUsd(billed - booked) },
  driftShare: booked === 0n ? null : Number(((billed - booked) * 1_000_000n) / booked) / 1_000_000,
});

function rowJson({ place, billed, booked, why }: Explained) {
  return {
    ...{ day: place.day, model: orNull(place.model), feature: orNull(place.feature), mode: orNull(place.mode), unmapped: place.unmapped },
    ...{ ...money(billed.costPico, booked.costPico), assumedUsd: picoToUsd(booked.unmeteredPico), why },
    meters: metersOf(billed, booked).map((meter) => ({ meter, billed: meterJson(billed, meter), booked: meterJson(booked, meter) })),
  };
}

function meterJson(side: Side, meter: Meter) {
  const { tokens, costPico } = meterSum(side, meter);
  // Pico-dollars of a million tokens, cut to whole ones.
  const usdPerMillion = tokens === 0n ? null : picoToUsd((costPico * 1_000_000n) / tokens);
  return { tokens: tokens.toString(), usd: picoToUsd(costPico), usdPerMillion };
}
