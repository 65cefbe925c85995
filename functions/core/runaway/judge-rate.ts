import type { Evidence } from '../errors.ts';
import { maxPico, type PicoUsd, picoToUsd, usdToPico } from '../money.ts';
import { type SpendProfile, usualSpend } from './spend-profile.ts';

/** What a feature spends now, this call's hold included. */
export type RateFacts = {
  /** In ten minutes, these or the ten before: whichever was more. */
  readonly windowPico: PicoUsd;
  readonly dayPico: PicoUsd;
  /** How often this very request was asked among the last `asked` of ten minutes, as far as one environment sees. */
  readonly repeats: number;
  readonly asked: number;
};

/** `warn`: unusual, and nothing else speaks against it. `trip`: a second sign does. */
export type RateVerdict = { readonly level: 'warn' | 'trip'; readonly rule: RateRule; readonly evidence: Evidence };
export type RateRule = 'spend_rate' | 'repeated_request' | 'far_beyond_days';

export type RatePolicy = { readonly identicalRequests: number };

/** Less is nobody's alarm: ten minutes of a feature without history (docs/loops.md). */
const FLOOR_PICO = usdToPico(2);
/** A launch day spends ten times what is usual, a backfill fifty times: rate alone stops neither. */
const UNUSUAL = 10n;
const BURST = 150n;
const BURST_DAYS = 3n;
const LONG_DAYS = 20n;
const STOP_FLOOR_PICO = usdToPico(50);
const UNKNOWN_STOP_PICO = usdToPico(100);
const FEWEST_REPEATS = 30;
const REPEATED_SHARE = 0.8;

/** Judges the money of ten minutes against the feature's own rate. Rate alone warns; it trips together with a second sign. */
export function judgeRate(facts: RateFacts, policy: RatePolicy, profile: SpendProfile | undefined): RateVerdict | undefined {
  const usual = profile === undefined ? undefined : usualSpend(profile);
  const unusualPico = maxPico(FLOOR_PICO, UNUSUAL * (usual?.windowPico ?? 0n));
  if (facts.windowPico <= unusualPico) return undefined;
  const evidence = {
    windowUsd: picoToUsd(facts.windowPico),
    ...(usual === undefined ? {} : { usualWindowUsd: picoToUsd(usual.windowPico), usualDayUsd: picoToUsd(usual.dayPico) }),
  };
  const trip = (rule: RateRule, of: Evidence = {}): RateVerdict => ({ level: 'trip', rule, evidence: { ...evidence, ...of } });
  const { repeats, asked } = facts;
  if (repeats >= Math.max(FEWEST_REPEATS, policy.identicalRequests) && repeats >= REPEATED_SHARE * asked)
    return trip('repeated_request', { repeats, asked });
  if (isFarBeyond(facts, usual)) return trip('far_beyond_days', { dayUsd: picoToUsd(facts.dayPico) });
  return { level: 'warn', rule: 'spend_rate', evidence };
}

/** In ten minutes more than in days, or since midnight more than in weeks and still going fast; of a feature without history, a great deal. */
function isFarBeyond({ windowPico, dayPico }: RateFacts, usual: ReturnType<typeof usualSpend>): boolean {
  if (usual === undefined) return windowPico > UNKNOWN_STOP_PICO;
  const burst = windowPico > BURST * usual.windowPico && windowPico > BURST_DAYS * usual.dayPico && windowPico > STOP_FLOOR_PICO;
  return burst || (dayPico > LONG_DAYS * usual.dayPico && dayPico > STOP_FLOOR_PICO);
}
