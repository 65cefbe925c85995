import { seededRandom as seededNumbers } from '../../local/seeded-random.ts';

/** Deterministic chance in the forms that worlds ask for: the same seed, the same run. */
export function seededRandom(seed: number) {
  const next = seededNumbers(seed);
  return { next, below: (bound: number) => Math.floor(next() * bound), chance: (probability: number) => next() < probability };
}

export type Random = ReturnType<typeof seededRandom>;
