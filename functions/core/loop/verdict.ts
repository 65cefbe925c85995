import type { FeatureSettings } from '../settings.ts';

type LoopRule =
  | 'identical_tool_results'
  | 'identical_replies'
  | 'repeating_steps'
  | 'nothing_new'
  | 'same_error'
  | 'recurring_step'
  | 'identical_requests'
  | 'repeating_requests';

/** `warn`: the call goes on and its receipt says so. `trip`: the call is refused. */
export type LoopLevel = 'warn' | 'trip';

/** What repetition was found. All but `identity` may be shown. */
export type LoopVerdict = {
  readonly level: LoopLevel;
  readonly rule: LoopRule;
  /** The tool of the last step; absent where no tool was called. */
  readonly tool?: string;
  /** How often, within the last `window` steps. */
  readonly times: number;
  readonly window: number;
  /** Equal while it is the same loop. Made of prompt text: to be hashed, never shown. */
  readonly identity: string;
};

export type LoopPolicy = Pick<FeatureSettings['loop'], 'identicalPairs' | 'sameErrors' | 'staleTurns' | 'polling'>;

/** The first that trips, else the first that warns. */
export const gravest = (verdicts: readonly (LoopVerdict | undefined)[]): LoopVerdict | undefined =>
  verdicts.find((verdict) => verdict?.level === 'trip') ?? verdicts.find((verdict) => verdict !== undefined);

/** Warns at two thirds of the way to the trip: at 3 of 4, at 4 of 6. */
export function levelOf(count: number, tripAt: number): LoopLevel | undefined {
  if (count >= tripAt) return 'trip';
  return count >= Math.ceil((tripAt * 2) / 3) ? 'warn' : undefined;
}
