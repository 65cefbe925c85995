import type { CapUse } from './budget.ts';

/** Shares of a cap, in per cent, at which its owner is told. */
export const NOTICE_AT = [50, 80, 95] as const;
export type NoticeAt = (typeof NOTICE_AT)[number];

/** The highest share that is reached, or undefined. A cap of 0 has no shares: it refuses everything from the start. */
export function noticeAt({ capPico, committedPico }: Pick<CapUse, 'capPico' | 'committedPico'>): NoticeAt | undefined {
  return capPico <= 0n ? undefined : NOTICE_AT.findLast((percent) => committedPico * 100n >= capPico * BigInt(percent));
}
