/** A lease is known by its end. */
export type Lease = { readonly untilMs: number };

/**
 * Lets one compactor work at a time: of two, the slower could put back sums that it made before an entry came, when the mark of that entry is
 * gone already. A lease ends by itself, so that a compactor that died keeps nobody out for longer than it could have run.
 */
export type UpkeepLease = {
  /** Refused while another's lasts. */
  take(lease: Lease, nowMs: number): Promise<'changed' | 'refused'>;
  /** Ends this lease, if it is still the one. */
  release(lease: Lease): Promise<void>;
};
