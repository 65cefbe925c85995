import type { Lane } from './trace.ts';

/** The first lanes, and of the last one so many calls, that the bounds leave. */
export function limitLanes(lanes: readonly Lane[], bounds: { readonly requests?: number; readonly conversations?: number }): Lane[] {
  let left = bounds.requests ?? Number.POSITIVE_INFINITY;
  return lanes.slice(0, bounds.conversations).flatMap((lane) => {
    const count = Math.min(lane.count, left);
    left -= count;
    if (count === 0) return [];
    return [count === lane.count ? lane : { ...lane, count, calls: () => lane.calls().slice(0, count) }];
  });
}
