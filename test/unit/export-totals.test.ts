import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { focus } from '../../functions/core/export/focus.ts';
import { usageCsv } from '../../functions/core/export/usage-csv.ts';
import { sumPico } from '../../functions/core/money.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { anyEntry, exportOf, rowsOf, sumOf } from '../support/export-world.ts';
import { checkFocus } from '../support/focus-checker.ts';
import { settings } from '../support/settings.ts';

const organization = settings({ inferenceProfiles: { 'copilot/haiku': 'arn:aws:bedrock:eu-central-1:1:application-inference-profile/x' } });
const entries = fc.array(anyEntry, { maxLength: 60 });
const cost = (of: readonly { readonly costPico: bigint }[]): bigint => sumPico(of.map(({ costPico }) => costPico));

describe('any entries, exported for a spreadsheet', () => {
  it('come to the entries’ total, calls and tokens, to the pico-dollar', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const { text, exported } = await exportOf(rollUp(given), usageCsv, organization);
        const rows = rowsOf(text);
        expect(sumOf(rows, 'cost_usd')).toBe(cost(given));
        expect(exported).toEqual({ rows: rows.length, totalPico: cost(given) });
        expect(sumOf(rows, 'calls') / 10n ** 12n).toBe(BigInt(given.filter(({ kind }) => kind !== 'correction').length));
        expect(sumOf(rows, 'output_tokens') / 10n ** 12n).toBe(BigInt(given.reduce((sum, { usage }) => sum + usage.output, 0)));
        expect(sumOf(rows, 'assumed_usd')).toBe(cost(given.filter(({ kind }) => kind === 'assumed')));
        expect(sumOf(rows, 'corrections_usd')).toBe(cost(given.filter(({ kind }) => kind === 'correction')));
      }),
    );
  });

  it('are the same file whatever the order of the entries', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const { text } = await exportOf(rollUp(given), usageCsv, organization);
        expect((await exportOf(rollUp(given.toReversed()), usageCsv, organization)).text).toBe(text);
      }),
    );
  });
});

describe('any entries, exported as FOCUS', () => {
  it('come to the entries’ total, to the pico-dollar, and break no rule', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const { text, exported } = await exportOf(rollUp(given), focus(organization), organization);
        const rows = rowsOf(text);
        expect(checkFocus(text)).toEqual([]);
        for (const column of ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost']) expect(sumOf(rows, column)).toBe(cost(given));
        expect(exported).toEqual({ rows: rows.length, totalPico: cost(given) });
      }),
    );
  });

  it('add up by day and by feature, and count each request once', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.constantFrom('day', 'feature'), async (given, by) => {
        const column = by === 'day' ? 'x_ChargeDay' : 'x_Feature';
        const rows = rowsOf((await exportOf(rollUp(given), focus(organization), organization)).text);
        for (const [key = '', of = []] of Object.entries(Object.groupBy(given, (entry) => entry[by])))
          expect(
            sumOf(
              rows.filter((row) => row[column] === key),
              'BilledCost',
            ),
          ).toBe(cost(of));
        const billed = given.filter(({ kind, usage, costPico }) => kind !== 'correction' && (usage.input > 0 || costPico > 0n));
        if (billed.length === given.length) expect(sumOf(rows, 'x_RequestCount') / 10n ** 12n).toBe(BigInt(given.length));
      }),
    );
  });

  it('are the same file whatever the order of the entries', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const { text } = await exportOf(rollUp(given), focus(organization), organization);
        expect((await exportOf(rollUp(given.toReversed()), focus(organization), organization)).text).toBe(text);
      }),
    );
  });
});
