import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { picoToUsd } from '../../functions/core/money.ts';
import { scaledDecimal } from '../../functions/core/reconcile/decimal.ts';

describe('a decimal of a bill', () => {
  it.each([
    ['12.5', 12_500_000_000_000n],
    ['0', 0n],
    ['-1.25', -1_250_000_000_000n],
    ['+3', 3_000_000_000_000n],
    ['.5', 500_000_000_000n],
    ['1.', 1_000_000_000_000n],
    ['1E-10', 100n],
    ['1.5e-7', 150_000n],
    ['2.5E+3', 2_500_000_000_000_000n],
    ['0.0000000000004', 0n],
    ['0.0000000000005', 1n],
    ['-0.0000000000005', -1n],
    ['0.123456789012499999999999', 123_456_789_012n],
    ['9007199254740993.1', 9_007_199_254_740_993_100_000_000_000n],
  ])('%s is read to the pico-dollar', (text, pico) => {
    expect(scaledDecimal(text, 12)).toBe(pico);
  });

  it.each(['', '.', '-', 'e5', '1,5', '1 000', '0x10', 'NaN', 'Infinity', '1e9999', '--1', `1${'0'.repeat(200)}`])(
    '%.20s is none',
    (text) => {
      expect(scaledDecimal(text, 12)).toBeUndefined();
    },
  );

  it('comes back from how money is written, exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (pico) => {
        expect(scaledDecimal(picoToUsd(pico), 12)).toBe(pico);
      }),
    );
  });

  it('is the same with and without an exponent', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: -20, max: 20 }), (digits, exponent) => {
        const plain = exponent >= 0 ? `${digits}${'0'.repeat(exponent)}` : `0.${'0'.repeat(20)}${digits}`;
        const power = exponent >= 0 ? exponent : -20 - `${digits}`.length;
        expect(scaledDecimal(`${digits}e${power}`, 12)).toBe(scaledDecimal(plain, 12));
      }),
    );
  });
});
