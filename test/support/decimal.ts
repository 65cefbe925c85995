/** An exact decimal: `digits` x 10^-`places`. */
type Decimal = { readonly digits: bigint; readonly places: number };

/** A number as FOCUS NumericFormat wants it: no exponent, plus sign, separator or unit. */
export const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** RangeError when it is not a plain number. */
export function decimal(text: string): Decimal {
  if (!PLAIN_NUMBER.test(text)) throw new RangeError(`not a plain number: ${text}`);
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(`${whole}${fraction}`), places: fraction.length };
}

const scaled = ({ digits, places }: Decimal, to: number): bigint => digits * 10n ** BigInt(to - places);

export const times = (a: Decimal, b: Decimal): Decimal => ({ digits: a.digits * b.digits, places: a.places + b.places });
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const places = Math.max(a.places, b.places);
  const [left, right] = [scaled(a, places), scaled(b, places)];
  return left < right ? -1 : left > right ? 1 : 0;
}
export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: scaled(a, places) + scaled(b, places), places };
}
export const ZERO: Decimal = { digits: 0n, places: 0 };
