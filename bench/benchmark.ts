/** One measured number; `ratio` is value / baseline, both measured in the same run. */
export type Figure = {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
  readonly ratio?: number;
  readonly target?: number;
  readonly met?: boolean;
};

/** A benchmark measures and never asserts: figures depend on the machine, so a baseline is measured beside them. */
export type Benchmark = { readonly name: string; readonly about: string; readonly run: () => Promise<Figure[]> };

/** Median and 99th percentile of the milliseconds that `work` takes, over `rounds` calls after a warm-up. */
export async function latencyOf(rounds: number, work: (round: number) => unknown): Promise<{ p50: number; p99: number }> {
  for (let round = 0; round < Math.min(50, rounds); round += 1) await work(round);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work(round);
    times.push(performance.now() - started);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: sorted[Math.floor(rounds * 0.5)] ?? 0, p99: sorted[Math.floor(rounds * 0.99)] ?? 0 };
}

export const against = (metric: string, unit: string, value: number, baseline: number): Figure => ({
  metric,
  unit,
  value: round(value),
  baseline: round(baseline),
  ratio: round(value / baseline),
});

const round = (value: number): number => Number(value.toPrecision(3));
