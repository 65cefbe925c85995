/** Deterministic chance (mulberry32): the same seed, the same run. */
export function seededRandom(seed: number) {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (bound: number) => Math.floor(next() * bound), chance: (probability: number) => next() < probability };
}

export type Random = ReturnType<typeof seededRandom>;
