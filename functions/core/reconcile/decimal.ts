const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Longer than any amount that a bill holds. */
const MOST_CHARACTERS = 100;

/**
 * `text` x 10^places as a whole number: exact while it needs no more places than that, else rounded half away from zero. Undefined when it is
 * no decimal number (`12.5`, `-.5`, `1.5E-7`).
 */
export function scaledDecimal(text: string, places: number): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = text.length > MOST_CHARACTERS ? [] : (DECIMAL.exec(text) ?? []);
  if (sign === undefined || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const shift = places + Number(exponent) - fraction.length;
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedQuotient(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -magnitude : magnitude;
}

/** Of two numbers that are not negative, half up. */
const roundedQuotient = (a: bigint, b: bigint): bigint => (a + b / 2n) / b;
