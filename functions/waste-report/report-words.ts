import type { FindingKind } from '../core/findings/finding.ts';
import type { PicoUsd } from '../core/money.ts';

export const TITLES: Readonly<Record<FindingKind, string>> = {
  spend_spike: 'Spend spike',
  low_cache_hit: 'Prompt cache hardly read',
  unused_feature: 'Unused feature',
};

/** Change in whole percent, signed; `new` when there was nothing before. */
export function change(now: PicoUsd, before: PicoUsd): string {
  if (before === 0n) return now === 0n ? '0 %' : 'new';
  const percentage = Number(((now - before) * 1000n) / before) / 10;
  return `${percentage > 0 ? '+' : ''}${Math.round(percentage)} %`;
}

export const percent = (share: number | undefined): string => (share === undefined ? '–' : `${Math.round(share * 100)} %`);
