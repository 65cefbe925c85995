import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumPico } from '../../functions/core/money.ts';
import { METERS } from '../../functions/core/price-book.ts';
import type { BillShape } from '../../functions/core/reconcile/bill-row.ts';
import { BillFold } from '../../functions/core/reconcile/bill-sum.ts';
import { LedgerFold } from '../../functions/core/reconcile/ledger-sum.ts';
import { totalsBy } from '../../functions/core/reconcile/totals.ts';
import { billOf, billReading, billRow, booked, charge, PROFILE, reconciled, usageTypeOf } from '../support/bills.ts';

const day = fc.constantFrom('2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14');
const feature = fc.constantFrom('invoice-extractor', 'search', 'gone');
const mode = fc.constantFrom('on_demand', 'batch', 'flex', 'priority');
const meter = fc.constantFrom(...METERS);
const someCharge = fc.record({ meter, tokens: fc.integer({ min: 1, max: 10 ** 9 }), price: fc.bigInt({ min: 0n, max: 10n ** 8n }) });

const rollups = fc.array(
  fc
    .record({
      ...{ day, feature, mode, assumed: fc.bigInt({ min: 0n, max: 10n ** 14n }) },
      model: fc.constantFrom('haiku', 'sonnet', 'nova', 'flash', 'removed'),
      charges: fc.array(someCharge, { maxLength: 4 }),
    })
    .map(({ charges, assumed, day: on, ...names }) =>
      booked(
        charges.map((each) => charge(each.meter, each.tokens, each.price)),
        { ...names, hour: `${on}T10`, day: on },
        assumed,
      ),
    ),
  { maxLength: 25 },
);

const bills = fc.array(
  fc
    .record({
      ...{ day, costPico: fc.oneof(fc.constantFrom(0n, 10n ** 13n), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n })) },
      lineType: fc.constantFrom('Usage', 'Usage', 'Usage', 'Tax', 'Credit', 'EdpDiscount', 'DiscountedUsage'),
      products: fc.constantFrom(['AmazonBedrock'], ['AmazonEC2'], ['2zvx', 'Claude Sonnet 4.5 (Amazon Bedrock Edition)'], []),
      usageType: fc.oneof(
        fc.tuple(fc.constantFrom('haiku', 'nova', 'Unheard'), meter, mode).map((names) => usageTypeOf(...names)),
        fc.constantFrom('USE1-MP:USE1_OutputTokenCount-Units', 'USE1-BoxUsage', 'USE1-Guardrail-Units', ''),
      ),
      resourceId: fc.constantFrom('', PROFILE),
      tags: fc.oneof(
        fc.constant({}),
        feature.map((name) => ({ feature: name })),
      ),
      amount: fc.constantFrom('1', '0.5', '1E3', 'nothing', ''),
    })
    .map(({ amount, ...row }) => billRow({ ...row, quantity: { amount, units: ['1K tokens'] } })),
  { maxLength: 40 },
);

const shapes: BillShape[] = [
  { format: 'CUR', model: true, feature: true, mode: true },
  { format: 'Cost Explorer', model: true, feature: false, mode: true },
  { format: 'Cost Explorer', model: true, feature: true, mode: false },
  { format: 'Cost Explorer', model: false, feature: true, mode: false },
];
const shape = fc.constantFrom(...shapes);
const cost = ({ costPico }: { costPico: bigint }): bigint => costPico;

describe('a comparison', () => {
  it('has each dollar of the bill in exactly one place', () => {
    fc.assert(
      fc.property(bills, rollups, shape, (rows, entries, as) => {
        const fold = new BillFold(billReading(undefined, as));
        for (const row of rows) fold.add(row);
        const bill = fold.sum();
        const found = reconciled(rows, entries, { shape: as });
        const leftOut = sumPico([...bill.setAside.values(), bill.otherServicesPico, found.beforeLedgerPico]);
        expect(bill.totalPico).toBe(sumPico(rows.map(cost)));
        expect(found.billedPico + leftOut).toBe(bill.totalPico);
        expect(sumPico(found.rows.map(({ billed }) => billed.costPico))).toBe(found.billedPico);
      }),
    );
  });

  it('has each booked dollar of the bill’s days in exactly one place', () => {
    fc.assert(
      fc.property(bills, rollups, shape, (rows, entries, as) => {
        const reading = billReading(undefined, as);
        const bill = new BillFold(reading);
        for (const row of rows) bill.add(row);
        const ledger = new LedgerFold(bill.sum(), reading);
        for (const entry of entries) ledger.add(entry);
        const { usage, otherProvidersPico, notInExportPico } = ledger.sum();
        const { days } = bill.sum();
        const within = entries.filter((entry) => days !== undefined && entry.day >= days.first && entry.day <= days.last);
        expect(sumPico([...usage.values()].map(({ side }) => side.costPico)) + otherProvidersPico + notInExportPico).toBe(
          sumPico(within.map(cost)),
        );
        expect(reconciled(rows, entries, { shape: as }).bookedPico).toBe(sumPico([...usage.values()].map(({ side }) => side.costPico)));
      }),
    );
  });

  it('does not depend on the order of lines or entries', () => {
    fc.assert(
      fc.property(bills, rollups, shape, fc.infiniteStream(fc.nat()), (rows, entries, as, chance) => {
        const shuffled = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => ({ item, at: chance.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ item }) => item);
        expect(reconciled(shuffled(rows), shuffled(entries), { shape: as })).toEqual(reconciled(rows, entries, { shape: as }));
      }),
    );
  });

  it('names each place once, and adds up by whatever it is added up by', () => {
    fc.assert(
      fc.property(bills, rollups, shape, (rows, entries, as) => {
        const found = reconciled(rows, entries, { shape: as });
        expect(new Set(found.rows.map(({ place }) => JSON.stringify(place))).size).toBe(found.rows.length);
        for (const by of ['model', 'feature', 'mode', 'day'] as const) {
          const totals = totalsBy(found.rows, ({ place }) => ({ [by]: place[by] }));
          expect(sumPico(totals.map(({ billedPico }) => billedPico))).toBe(found.billedPico);
          expect(sumPico(totals.map(({ bookedPico }) => bookedPico))).toBe(found.bookedPico);
        }
      }),
    );
  });

  it('finds nothing where the bill is what was booked', () => {
    fc.assert(
      fc.property(rollups, (entries) => {
        const settled = entries
          .filter(({ model }) => model === 'haiku' || model === 'sonnet' || model === 'nova')
          .map(({ charges, assumedPico, costPico, ...rest }) => ({ ...rest, charges, assumedPico: 0n, costPico: costPico - assumedPico }));
        const found = reconciled(billOf(settled), settled);
        expect(new Set(found.rows.map(({ why }) => why))).toEqual(new Set(found.rows.length === 0 ? [] : ['matches']));
        expect(found.billedPico).toBe(found.bookedPico);
      }),
    );
  });
});

describe('a bill of a million names', () => {
  it('shows none that a terminal would obey, or that fills it', () => {
    const fold = new BillFold(billReading());
    fold.add(billRow({ usageType: `\u001b[2J${'x'.repeat(1e6)}`, costPico: 1n }));
    fold.add(billRow({ lineType: 'Tax\u0007', costPico: 1n }));
    const { usage, setAside } = fold.sum();
    expect([...usage.values()].map(({ place }) => place.model)).toEqual([` [2J${'x'.repeat(96)}…`]);
    expect([...setAside.keys()]).toEqual(['Tax ']);
  });

  it('does not fill the memory, and still adds up', () => {
    const fold = new BillFold(billReading());
    for (let at = 0; at < 30_000; at += 1)
      fold.add(billRow({ usageType: `USE1-Model${at}-input-tokens`, costPico: 1n, tags: { feature: `f${at}` } }));
    const { usage, totalPico } = fold.sum();
    expect(usage.size).toBeLessThan(20_000);
    expect([totalPico, sumPico([...usage.values()].map(({ side }) => side.costPico))]).toEqual([30_000n, 30_000n]);
  });
});
