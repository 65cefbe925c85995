import { setTimeout } from 'node:timers/promises';
import { ulid } from 'ulid';

/** Time, chance and ids of this environment: what everything inward of the adapters is given as arguments. */
export const clockAndChance = {
  // Not `Date.now` itself: a local stack moves the clock of a running environment.
  now: (): number => Date.now(),
  random: Math.random,
  sleep: async (ms: number): Promise<void> => {
    await setTimeout(ms);
  },
  newId: (atMs: number): string => ulid(atMs),
};
