/** How many of what size: sizes in steps of a quarter of a doubling (19 %), by the number of the step. Counts decay, so they may be fractions. */
export type Tally = Readonly<Record<string, number>>;

const STEPS_PER_DOUBLING = 4;
const DIGITS = 1e4;

const stepOf = (size: number): string => String(size < 1 ? 0 : Math.floor(STEPS_PER_DOUBLING * Math.log2(size)));
const upperEdge = (step: string): number => 2 ** ((Number(step) + 1) / STEPS_PER_DOUBLING);

export const tallied = (tally: Tally, size: number): Tally => ({ ...tally, [stepOf(size)]: (tally[stepOf(size)] ?? 0) + 1 });

export const countOf = (tally: Tally): number => Object.values(tally).reduce((sum, count) => sum + count, 0);

/** All counts times `share`; what is left of steps that were seen long ago is dropped. */
export const decayed = (tally: Tally, share: number): Tally =>
  Object.fromEntries(
    Object.entries(tally)
      .map(([step, count]) => [step, Math.round(count * share * DIGITS) / DIGITS] as const)
      .filter(([, count]) => count >= 0.01),
  );

/** The size that this share of all is at most; the upper edge of its step, so never too little. Zero of none. */
export function quantile(tally: Tally, share: number): number {
  const steps = Object.entries(tally).toSorted(([a], [b]) => Number(a) - Number(b));
  const wanted = countOf(tally) * share;
  let seen = 0;
  for (const [step, count] of steps) {
    seen += count;
    if (seen >= wanted) return upperEdge(step);
  }
  return 0;
}
