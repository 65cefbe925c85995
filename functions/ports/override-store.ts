import type { Act } from '../core/override/act.ts';
import type { Override } from '../core/override/override.ts';

/** What environments re-read every 2 s. */
export type OverrideReader = {
  /** All that are stored, some of which may have ended: compare their time. Strongly consistent. Throws SpillwayError `store_unavailable`. */
  all(): Promise<Override[]>;
};

/** The operators' side. Each override is an item of its own: two operators at once never undo each other's. */
export type OverrideStore = OverrideReader & {
  put(override: Override): Promise<void>;
  /** Ends it before its time. Repeatable. */
  remove(override: Override): Promise<void>;
  /** Appends to the audit trail, which nothing is ever removed from. */
  record(act: Act): Promise<void>;
  /** The audit trail, oldest first. */
  acts(): Promise<Act[]>;
};
