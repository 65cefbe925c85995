import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import type { Charge } from '../../functions/core/rollup.ts';
import { billed, billRow, booked, charge, MODELS, PROFILE, reconciled, whys } from '../support/bills.ts';

const MILLION = 1_000_000;
const INPUT = charge('input', 5 * MILLION, 1_000_000n);
const OUTPUT = charge('output', MILLION, 5_000_000n);
const WORK = [INPUT, OUTPUT];
const FEATURE = 'invoice-extractor';

const more = (charges: readonly Charge[], factor: number) => charges.map((each) => ({ ...each, tokens: each.tokens * factor }));
const onDay = (day: string) => ({ hour: `${day}T10`, day });

describe('what is compared with what', () => {
  it('is a feature where the bill names it, by tag or by profile', () => {
    const byProfile = billed(WORK).map((row) => ({
      ...row,
      resourceId: PROFILE,
      usageType: row.usageType.replace('Claude4.5Haiku', 'Renamed'),
    }));
    const found = reconciled([...byProfile, ...billed(WORK, { feature: 'search' })], [booked(WORK), booked(WORK, { feature: 'search' })]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand matches`, '2026-11-13 haiku search on_demand matches']);
  });

  it('is a model and day where the bill names no features', () => {
    const found = reconciled(billed(more(WORK, 2)), [booked(WORK), booked(WORK, { feature: 'search' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand matches']);
  });

  it('is a model and day for calls without a profile, beside features that have one', () => {
    const found = reconciled([...billed(WORK, { feature: FEATURE }), ...billed(WORK)], [booked(WORK), booked(WORK, { feature: 'search' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand matches', `2026-11-13 haiku ${FEATURE} on_demand matches`]);
  });

  it('misses a feature with a profile on a day on which the bill names others', () => {
    const found = reconciled(billed(WORK, { feature: 'search' }), [booked(WORK), booked(WORK, { feature: 'search' })]);
    expect(whys(found)).toEqual([`2026-11-13 haiku ${FEATURE} on_demand not_in_bill`, '2026-11-13 haiku search on_demand matches']);
  });

  it('is a model and day for batches: AWS bills them without a profile', () => {
    const mode = 'batch';
    const found = reconciled(billed(more(WORK, 2), { mode }), [booked(WORK, { mode }), booked(WORK, { mode, feature: 'search' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  batch matches']);
    const tagged = reconciled(billed(WORK, { mode, feature: 'search' }), [booked(WORK, { mode })]);
    expect(whys(tagged)).toEqual(['2026-11-13 haiku  batch matches']);
    const beside = reconciled([...billed(WORK, { feature: FEATURE }), ...billed(WORK, { mode })], [booked(WORK), booked(WORK, { mode })]);
    expect(whys(beside)).toEqual(['2026-11-13 haiku  batch matches', `2026-11-13 haiku ${FEATURE} on_demand matches`]);
  });

  it('is a model by what was called, whatever the configuration names it now', () => {
    const renamed = reconciled(billed(WORK), [booked(WORK, { model: 'old-name', modelId: MODELS.haiku, provider: 'bedrock' })]);
    expect(whys(renamed)).toEqual(['2026-11-13 haiku  on_demand matches']);
    const repointed = reconciled(billed(WORK, { model: 'sonnet' }), [booked(WORK, { modelId: MODELS.sonnet })]);
    expect(whys(repointed)).toEqual(['2026-11-13 sonnet  on_demand matches']);
  });

  it('is the UTC day, whatever the organization’s', () => {
    const found = reconciled(billed(WORK, { day: '2026-11-12' }), [booked(WORK, { hour: '2026-11-12T23', day: '2026-11-13' })]);
    expect(whys(found)).toEqual(['2026-11-12 haiku  on_demand matches']);
  });

  it('is neither a day before the ledger begins nor one outside the bill', () => {
    const rows = [...billed(WORK, { day: '2026-11-10' }), ...billed(WORK)];
    const found = reconciled(rows, [booked(WORK), booked(WORK, onDay('2026-11-14'))]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand matches']);
    expect([found.beforeLedgerPico, found.days]).toEqual([usdToPico(10), { first: '2026-11-13', last: '2026-11-13' }]);
  });

  it('has a day without calls in the ledger, once the ledger has begun', () => {
    const found = reconciled(billed(WORK), [booked(WORK, onDay('2026-11-09'))]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand outside_spillway']);
  });

  it('is nothing where the ledger has nothing', () => {
    expect(reconciled(billed(WORK), [])).toMatchObject({ verdict: 'nothing_to_compare', days: undefined, beforeLedgerPico: usdToPico(10) });
  });

  it('has no usage that counts no tokens under a model, and none of other services that do', () => {
    const throughput = {
      products: ['2zvx', 'Claude Haiku 4.5 (Amazon Bedrock Edition)'],
      usageType: 'USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units',
    };
    const other = { products: ['AmazonComprehend'], usageType: 'USE1-NovaLite-input-tokens' };
    const rows = [throughput, other].map((row) => billRow({ ...row, costPico: usdToPico(3) }));
    expect(whys(reconciled([...billed(WORK), ...rows], [booked(WORK)]))).toEqual([
      '2026-11-13 Claude Haiku 4.5 (Amazon Bedrock Edition)   unmapped',
      '2026-11-13 haiku  on_demand matches',
    ]);
  });

  it('has no model of another provider', () => {
    const found = reconciled(billed(WORK), [booked(WORK), booked(WORK, { model: 'flash' })]);
    expect(whys(found)).toEqual(['2026-11-13 haiku  on_demand matches']);
  });
});

describe('the verdict', () => {
  it('is drift where many differences of a cent make money', () => {
    const days = Array.from({ length: 28 }, (_, at) => `2026-11-${String(at + 1).padStart(2, '0')}`);
    const cents = [charge('input', 9_000, 1_000_000n)];
    const found = reconciled(
      days.flatMap((day) => billed(more(cents, 2), { day })),
      days.map((day) => booked(cents, onDay(day))),
    );
    expect(new Set(found.rows.map(({ why }) => why))).toEqual(new Set(['matches']));
    expect(found.verdict).toBe('drift');
  });

  it('forgives a cent under a name that nobody configured', () => {
    const cent = billRow({ usageType: 'USE1-Titan-input-tokens', costPico: usdToPico('0.004') });
    expect(reconciled([...billed(WORK), cent], [booked(WORK)]).verdict).toBe('matches');
  });
});
