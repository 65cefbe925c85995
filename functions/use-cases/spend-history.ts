import { HOUR_MS } from '../core/calendar.ts';
import type { Evidence } from '../core/errors.ts';
import type { SpendProfile } from '../core/runaway/spend-profile.ts';
import type { SpendProfiles } from '../ports/spend-profiles.ts';

type Ports = {
  readonly profiles: Pick<SpendProfiles, 'readSpend'>;
  readonly now: () => number;
  readonly log: (event: string, facts: Evidence, cause?: unknown) => void;
};

/** The spend profiles that one environment knows; each is read once an hour, beside the store round of the call that first needs it. */
export class SpendHistory {
  readonly #known = new Map<string, { readonly profile: Promise<SpendProfile | undefined>; readonly untilMs: number }>();
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Undefined: nothing is known, and only floors bound the feature. Never throws. */
  of(feature: string): Promise<SpendProfile | undefined> {
    const nowMs = this.#ports.now();
    const known = this.#known.get(feature);
    if (known !== undefined && nowMs < known.untilMs) return known.profile;
    const profile = this.#ports.profiles.readSpend(feature).catch((error: unknown) => {
      this.#ports.log('profile_unread', { feature }, error);
      return undefined;
    });
    this.#known.set(feature, { profile, untilMs: nowMs + HOUR_MS });
    return profile;
  }
}
