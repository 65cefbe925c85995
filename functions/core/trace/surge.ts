import type { PicoUsd } from '../money.ts';

/** The slots in a row, `from` up to and with `to`, that together cost most above the usual. */
export type Surge = { readonly from: number; readonly to: number; readonly excessPico: PicoUsd };

/** Undefined where nothing cost more than usual. */
export function largestSurge(costs: readonly PicoUsd[], usual: readonly PicoUsd[]): Surge | undefined {
  let best: Surge | undefined;
  let run: Surge | undefined;
  for (const [slot, cost] of costs.entries()) {
    const excessPico = cost - (usual[slot] ?? 0n);
    run = run === undefined || run.excessPico <= 0n ? { from: slot, to: slot, excessPico } : extended(run, excessPico);
    if (run.excessPico > (best?.excessPico ?? 0n)) best = run;
  }
  return best;
}

const extended = ({ from, to, excessPico }: Surge, more: PicoUsd): Surge => ({ from, to: to + 1, excessPico: excessPico + more });
