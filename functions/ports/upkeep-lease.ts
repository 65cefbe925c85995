/**
 * Lets one compactor work at a time: of two, the slower could put back sums that it made before an entry came, when the mark of that entry is
 * gone already.
 */
export type UpkeepLease = {
  /**
   * Does the work while nobody else does any, after waiting for whoever does. Undefined when that takes too long. `isLost`: somebody else has taken
   * this one for dead; begin nothing more. Whoever dies keeps the others out for a minute.
   */
  during<Result>(work: (isLost: () => boolean) => Promise<Result>): Promise<Result | undefined>;
};
