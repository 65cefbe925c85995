/** A tail of steps that goes round: `length` steps, `distinct` different ones, the last of them `times` times. */
export type Repetition = {
  readonly length: number;
  readonly distinct: number;
  readonly times: number;
  readonly members: readonly string[];
};

/**
 * The shortest tail in which every step occurs at least twice and that is `times` - 2 steps longer than twice round: for `times` 4, A-A-A-A,
 * A-B-A-B-A-B, eight steps of a cycle of three. Steps may come in any order. One step that occurs once ends the tail: that is progress.
 */
export function findRepetition(signatures: readonly string[], times: number): Repetition | undefined {
  const counts = new Map<string, number>();
  let single = 0;
  for (let length = 1; length <= signatures.length; length += 1) {
    const signature = signatures.at(-length) ?? '';
    const count = (counts.get(signature) ?? 0) + 1;
    counts.set(signature, count);
    if (count <= 2) single += count === 1 ? 1 : -1;
    if (single > 0 || length < 2 * counts.size + times - 2) continue;
    return { length, distinct: counts.size, times: counts.get(signatures.at(-1) ?? '') ?? 0, members: [...counts.keys()].toSorted() };
  }
  return undefined;
}

/** The repetition that trips, or the one that is a step short of it. */
export function gradeRepetition(signatures: readonly string[], times: number) {
  const tripped = findRepetition(signatures, times);
  if (tripped !== undefined) return { level: 'trip', ...tripped } as const;
  const near = findRepetition(signatures, Math.max(2, times - 1));
  return near === undefined ? undefined : ({ level: 'warn', ...near } as const);
}
