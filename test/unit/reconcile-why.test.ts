import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import type { Charge } from '../../functions/core/rollup.ts';
import { billed, booked, charge, reconciled, whys } from '../support/bills.ts';

const MILLION = 1_000_000;
const INPUT = charge('input', 5 * MILLION, 1_000_000n);
const OUTPUT = charge('output', MILLION, 5_000_000n);
const WORK = [INPUT, OUTPUT];
const FEATURE = 'invoice-extractor';

const dearer = (charges: readonly Charge[], percent: bigint) =>
  charges.map((each) => ({ ...each, unitPricePico: (each.unitPricePico * percent) / 100n }));
const more = (charges: readonly Charge[], factor: number) => charges.map((each) => ({ ...each, tokens: each.tokens * factor }));
const onDay = (day: string) => ({ hour: `${day}T10`, day });

describe('the reason of a difference', () => {
  it('is none where the tokens and the money are the same', () => {
    const found = reconciled(billed(WORK, { feature: FEATURE }), [booked(WORK)]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand matches`]);
    expect(found.verdict).toBe('matches');
  });

  it('is none within the tolerance, and one beyond it', () => {
    const almost = [{ ...INPUT, tokens: 4_980_000 }, OUTPUT];
    expect(reconciled(billed(almost), [booked(WORK)]).verdict).toBe('matches');
    expect(reconciled(billed(almost), [booked(WORK)], { tolerance: 0.1 }).verdict).toBe('drift');
  });

  it('is none within a cent, whatever its share', () => {
    const tiny = [charge('input', 5_000, 1_000_000n)];
    expect(whys(reconciled(billed(more(tiny, 2)), [booked(tiny)]))).toEqual(['2026-11-13 haiku  on_demand matches']);
  });

  it('is the time of the export for days that AWS has not finished', () => {
    const half = billed(more(WORK, 0.5), { feature: FEATURE });
    const on = (exportedAt: string) => whys(reconciled(half, [booked(WORK)], { exportedAt }));
    expect(on('2026-11-15T23:59:00Z')).toEqual([`2026-11-13 haiku ${FEATURE} on_demand not_in_bill_yet`]);
    expect(on('2026-11-16T00:00:00Z')).toEqual([`2026-11-13 haiku ${FEATURE} on_demand tokens_differ`]);
  });

  it('is never the time of the export where the bill has more', () => {
    const found = reconciled(billed(more(WORK, 2)), [booked(WORK)], { exportedAt: '2026-11-13T12:00:00Z' });
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand outside_spillway']);
  });

  it('is calls without an outcome where their holds explain it', () => {
    const found = reconciled(billed(WORK, { feature: FEATURE }), [booked(WORK, {}, usdToPico(3))]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand assumed_calls`]);
  });

  it('is calls without an outcome, too, where some of them were billed', () => {
    const found = reconciled(billed(more(WORK, 1.1), { feature: FEATURE }), [booked(WORK, {}, usdToPico(3))]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand assumed_calls`]);
  });

  it('is not calls without an outcome where the bill has less than the rest', () => {
    const found = reconciled(billed(more(WORK, 0.5), { feature: FEATURE }), [booked(WORK, {}, usdToPico(3))]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand tokens_differ`]);
  });

  it.each([110n, 91n])('is the region’s price where every meter costs %s %% of ours, or near it', (percent) => {
    const bill = percent === 110n ? billed(dearer(WORK, 110n)) : billed(WORK);
    const ours = percent === 110n ? booked(WORK) : booked(dearer(WORK, 110n));
    expect(whys(reconciled(bill, [ours]))).toEqual(['2026-11-13 haiku  on_demand regional_price']);
  });

  it('is the price where the same tokens cost something else', () => {
    const found = reconciled(billed([INPUT, ...dearer([OUTPUT], 200n)]), [booked(WORK)]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand price_differs']);
  });

  it('is the price, and not the region, where one meter alone costs a tenth more', () => {
    const found = reconciled(billed([INPUT, ...dearer([OUTPUT], 110n)]), [booked(WORK)]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand price_differs']);
  });

  it('is a discount where every model is cheaper by the same share', () => {
    const cheaper = dearer(WORK, 80n);
    const found = reconciled(
      [...billed(cheaper), ...billed(cheaper, { model: 'sonnet' })],
      [booked(WORK), booked(WORK, { model: 'sonnet' })],
    );
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand discount', '2026-11-13 sonnet  on_demand discount']);
  });

  it('is no discount where one model costs what it should', () => {
    const found = reconciled(
      [...billed(dearer(WORK, 80n)), ...billed(WORK, { model: 'sonnet' })],
      [booked(WORK), booked(WORK, { model: 'sonnet' })],
    );
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand price_differs', '2026-11-13 sonnet  on_demand matches']);
  });

  it('is no discount of one model alone, and none that is dearer', () => {
    expect(whys(reconciled(billed(dearer(WORK, 80n)), [booked(WORK)]))).toEqual(['2026-11-13 haiku  on_demand price_differs']);
    const up = dearer(WORK, 120n);
    const found = reconciled([...billed(up), ...billed(up, { model: 'sonnet' })], [booked(WORK), booked(WORK, { model: 'sonnet' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand price_differs', '2026-11-13 sonnet  on_demand price_differs']);
  });

  it('is work outside Spillway where the bill has more tokens and no feature', () => {
    const found = reconciled([...billed(WORK), ...billed(more(WORK, 3))], [booked(WORK)]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand outside_spillway']);
  });

  it('is work outside Spillway where the ledger has none of it, whatever its feature', () => {
    const found = reconciled([...billed(WORK, { feature: FEATURE }), ...billed(WORK, { feature: 'search' })], [booked(WORK)]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand matches`, '2026-11-13 haiku search on_demand outside_spillway']);
  });

  it('is the tokens where a feature of Spillway’s own has others', () => {
    const found = reconciled(billed([...more([INPUT], 2), OUTPUT], { feature: FEATURE }), [booked(WORK)]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand tokens_differ`]);
  });

  it('is the tokens where one meter has more and another less', () => {
    const found = reconciled(billed([...more([INPUT], 2), ...more([OUTPUT], 0.5)]), [booked(more(WORK, 1.5))]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand tokens_differ']);
  });

  it('is the bill’s selection where it has none of what is booked', () => {
    const found = reconciled(billed(WORK), [booked(WORK), booked(WORK, { model: 'sonnet' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand matches', '2026-11-13 sonnet  on_demand not_in_bill']);
  });

  it('is the name where no configured model has it', () => {
    const found = reconciled([...billed(WORK), ...billed(WORK, { model: 'Claude4.5Opus' })], [booked(WORK)]);
    expect(whys(found)).toEqual(['2026-11-13 Claude4.5Opus  on_demand unmapped', '2026-11-13 haiku  on_demand matches']);
  });

  it('is the name, too, for what is booked while the bill has as much under a name that nobody configured', () => {
    const found = reconciled([...billed(WORK), ...billed(WORK, { model: 'NewName' })], [booked(WORK), booked(WORK, { model: 'nova' })]);
    expect(whys(found)).toContain('2026-11-13 nova  on_demand unmapped');
    const little = reconciled(
      [...billed(WORK), ...billed(more(WORK, 0.1), { model: 'NewName' })],
      [booked(WORK), booked(WORK, { model: 'nova' })],
    );
    expect(whys(little)).toContain('2026-11-13 nova  on_demand not_in_bill');
  });

  it('is unknown where the export has no tokens', () => {
    const noTokens = billed(more(WORK, 1.3)).map(({ quantity: _, ...row }) => row);
    expect(whys(reconciled(noTokens, [booked(WORK)]))).toEqual(['2026-11-13 haiku  on_demand cost_differs']);
    const regional = billed(dearer(WORK, 110n)).map(({ quantity: _, ...row }) => row);
    expect(whys(reconciled(regional, [booked(WORK)]))).toEqual(['2026-11-13 haiku  on_demand regional_price']);
  });
});

describe('money that is billed on another day', () => {
  const batchOf = (day: string, charges: readonly Charge[]) => booked(charges, { ...onDay(day), mode: 'batch' });

  it('is recognised where the days agree together', () => {
    const found = reconciled(
      [...billed(more(WORK, 2), { day: '2026-11-14', mode: 'batch' }), ...billed(WORK, { day: '2026-11-13' })],
      [batchOf('2026-11-13', WORK), batchOf('2026-11-14', WORK), booked(WORK)],
    );
    expect(whys(found)).toEqual([
      '2026-11-13 haiku  batch other_day',
      '2026-11-13 haiku  on_demand matches',
      '2026-11-14 haiku  batch other_day',
    ]);
    expect(found.verdict).toBe('matches');
  });

  it('is not made up between days that have others between them, or models that differ', () => {
    const apart = reconciled(
      [...billed(more(WORK, 2), { day: '2026-11-16', mode: 'batch' }), ...billed(WORK, { day: '2026-11-13' })],
      [batchOf('2026-11-13', WORK), batchOf('2026-11-16', WORK), booked(WORK)],
    );
    expect(whys(apart)).toContain('2026-11-13 haiku  batch not_in_bill');
    const others = reconciled(billed(WORK, { day: '2026-11-14', model: 'sonnet', mode: 'batch' }), [
      batchOf('2026-11-13', WORK),
      batchOf('2026-11-14', []),
    ]);
    expect(whys(others).some((why) => why.includes('other_day'))).toBe(false);
  });

  it('does not hide that a twentieth of what moved is missing', () => {
    const short = [charge('input', 4_760_000, 1_000_000n), charge('output', 952_000, 5_000_000n)];
    const found = reconciled(
      [...billed(short, { day: '2026-11-14', mode: 'batch' }), ...billed(WORK, { day: '2026-11-13' })],
      [batchOf('2026-11-13', WORK), batchOf('2026-11-14', []), booked(WORK)],
    );
    expect(whys(found).filter((why) => why.includes('other_day'))).toEqual([]);
    expect(found.verdict).not.toBe('matches');
  });

  it('does not hide a difference that remains', () => {
    const found = reconciled(
      [...billed(more(WORK, 3), { day: '2026-11-14', mode: 'batch' }), ...billed(WORK, { day: '2026-11-13' })],
      [batchOf('2026-11-13', WORK), batchOf('2026-11-14', WORK), booked(WORK)],
    );
    expect(whys(found)).toContain('2026-11-14 haiku  batch outside_spillway');
  });
});
