import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spendJson, spendText } from '../../cli/spend.ts';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { SPEND_KEYS, spendBy } from '../../functions/core/spend.ts';
import { stalePrices } from '../../functions/core/stale-prices.ts';
import { modelSettings, priceRow } from '../support/settings.ts';

const usage = (input: number) => ({ input, cacheRead: 2 * input, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 1 });
const rollup = (over: Partial<Rollup> = {}): Rollup => ({
  ...{
    hour: '2026-11-20T10',
    day: '2026-11-20',
    feature: 'copilot',
    template: 'reply',
    owner: 'a@x.example',
    team: 'support',
    model: 'haiku',
    provider: 'bedrock',
    modelId: 'us.test.haiku-v1:0',
    mode: 'on_demand',
  },
  ...{ calls: 2, escalations: 0, usage: usage(10), charges: [], costPico: usdToPico('1.5'), assumedPico: 0n, correctionPico: 0n },
  ...over,
});

const name = fc.constantFrom('a', 'b', 'c', 'a|b', '');
const rollups = fc.array(
  fc
    .record({
      feature: name,
      template: name,
      team: name,
      owner: name,
      model: name,
      costPico: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      calls: fc.nat(1000),
    })
    .map((over) => rollup(over)),
);

describe('spend by any keys', () => {
  it('adds up to the whole, to the pico-dollar and the call', () => {
    fc.assert(
      fc.property(rollups, fc.uniqueArray(fc.constantFrom(...SPEND_KEYS), { minLength: 1 }), (given, by) => {
        const { rows, totalPico } = spendBy(given, by);
        expect(totalPico).toBe(sumPico(given.map(({ costPico }) => costPico)));
        expect(sumPico(rows.map(({ costPico }) => costPico))).toBe(totalPico);
        expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(given.reduce((sum, { calls }) => sum + calls, 0));
        expect(new Set(rows.map(({ keys }) => JSON.stringify(keys))).size).toBe(rows.length);
      }),
    );
  });

  it('shows the dearest first', () => {
    const given = [
      rollup({ feature: 'cheap', costPico: 1n }),
      rollup({ feature: 'dear', costPico: 9n }),
      rollup({ feature: 'cheap', costPico: 2n }),
    ];
    expect(spendBy(given, ['feature']).rows.map(({ keys, costPico }) => [keys.feature, costPico])).toEqual([
      ['dear', 9n],
      ['cheap', 3n],
    ]);
  });
});

const shown = {
  from: '2026-11-17',
  to: '2026-11-23',
  by: ['feature', 'model'] as const,
  ...spendBy([rollup(), rollup({ costPico: 1n })], ['feature', 'model']),
};

describe('spend for machines', () => {
  it('is exact', () => {
    expect(JSON.parse(spendJson(shown))).toEqual({
      ...{ from: '2026-11-17', to: '2026-11-23', by: ['feature', 'model'], totalUsd: '1.500000000001' },
      rows: [
        {
          ...{ feature: 'copilot', model: 'haiku', calls: 4, inputTokens: 20, outputTokens: 10 },
          ...{ cacheReadInputTokens: 40, cacheWriteInputTokens: 14, costUsd: '1.500000000001' },
        },
      ],
    });
  });
});

describe('spend for people', () => {
  it('is rounded, finer while little was spent, with a total', () => {
    const lines = spendText(shown).split('\n');
    expect(lines[2]).toMatch(/^feature +model +calls +input +cached +output +cost$/);
    expect(lines[3]).toMatch(/^copilot +haiku +4 +74 +54% +10 +\$1\.5000$/);
    expect(lines.at(-1)).toMatch(/^total +4 +\$1\.5000$/);
  });

  it('is rounded to cents once there is something to see', () => {
    const dear = spendBy([rollup({ costPico: usdToPico('1234.567') })], ['feature']);
    expect(spendText({ ...shown, by: ['feature'], ...dear })).toMatch(/total .*\$1,234\.57$/);
  });

  it('says when there is none', () => {
    expect(spendText({ ...shown, rows: [] })).toBe('No usage from 2026-11-17 to 2026-11-23.');
  });
});

describe('prices that nobody has looked at for 90 days', () => {
  const day = Date.parse('2026-11-25T00:00:00Z');
  const models = {
    old: modelSettings('old', 1, 5, { prices: [priceRow(1, 5, { asOf: '2026-08-26' })] }),
    fresh: modelSettings('fresh', 1, 5, { prices: [priceRow(1, 5, { asOf: '2026-08-27' })] }),
    replaced: modelSettings('replaced', 1, 5, {
      prices: [priceRow(1, 5, { asOf: '2026-01-01' }), priceRow(2, 9, { from: '2026-09-01', asOf: '2026-09-01' })],
    }),
    batched: modelSettings('batched', 1, 5, { prices: [priceRow(1, 5), priceRow(1, 2, { mode: 'batch', asOf: '2026-02-03' })] }),
  };
  it('are named with their day, in every mode; what has been replaced is not', () => {
    expect(stalePrices({ models }, day)).toEqual([
      { model: 'old', asOf: '2026-08-26' },
      { model: 'batched', asOf: '2026-02-03' },
    ]);
  });
});
