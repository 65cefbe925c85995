/** Pico-dollars: 1 USD = 10^12. N micro-dollars per million tokens is exactly N pico-dollars per token, so no price is ever rounded. */
export type PicoUsd = bigint;

const DECIMALS = 12;
export const PICO_PER_USD: PicoUsd = 10n ** BigInt(DECIMALS);

/** Exact pico-dollars of a decimal USD amount (`"12.50"`, `1500`). RangeError when it is no plain decimal or needs more than 12 places. */
export function usdToPico(usd: string | number): PicoUsd {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(usd));
  const [, sign, whole, fraction = ''] = match ?? [];
  if (whole === undefined || fraction.length > DECIMALS) throw new RangeError(`not a USD amount of at most ${DECIMALS} decimals: ${usd}`);
  const pico = BigInt(whole) * PICO_PER_USD + BigInt(fraction.padEnd(DECIMALS, '0'));
  return sign === '-' ? -pico : pico;
}

/** The exact decimal USD string, without trailing zeros: `1250000000000n` is `"1.25"`. What every machine-readable output carries. */
export function picoToUsd(pico: PicoUsd): string {
  const magnitude = pico < 0n ? -pico : pico;
  const fraction = (magnitude % PICO_PER_USD).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${pico < 0n ? '-' : ''}${magnitude / PICO_PER_USD}${fraction === '' ? '' : `.${fraction}`}`;
}

/** For people: rounded half away from zero to cents, or to `places`, with thousands separators. The only rounding that money sees. */
export function displayUsd(pico: PicoUsd, places = 2): string {
  const unit = 10n ** BigInt(DECIMALS - places);
  const magnitude = pico < 0n ? -pico : pico;
  const rounded = (magnitude + unit / 2n) / unit;
  const scale = 10n ** BigInt(places);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const cents = places === 0 ? '' : `.${(rounded % scale).toString().padStart(places, '0')}`;
  return `${pico < 0n && rounded > 0n ? '-' : ''}$${whole}${cents}`;
}

export const minPico = (...amounts: readonly [PicoUsd, ...PicoUsd[]]): PicoUsd => amounts.reduce((least, x) => (x < least ? x : least));
export const maxPico = (...amounts: readonly [PicoUsd, ...PicoUsd[]]): PicoUsd => amounts.reduce((most, x) => (x > most ? x : most));
export const sumPico = (amounts: Iterable<PicoUsd>): PicoUsd => Iterator.from(amounts).reduce((sum, x) => sum + x, 0n);
