import { setTimeout as delay } from 'node:timers/promises';
import { estimateTokens } from '../../functions/core/token-estimate.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import type { Caller } from './callers.ts';
import type { Outcome } from './outcome.ts';
import type { Tally } from './tally.ts';
import { type Target, targetFor } from './targets.ts';
import type { Lane, ReplayCall } from './trace.ts';

export type DriveOptions = {
  readonly lanes: readonly Lane[];
  readonly targets: readonly Target[];
  readonly caller: Caller;
  readonly concurrency: number;
  /** Times the trace's own speed; undefined: as fast as the concurrency allows. */
  readonly speed: number | undefined;
  /** Stamped on every request, so that the ledger's entries of this replay can be told from others. */
  readonly version: string;
  readonly stop: AbortSignal;
  readonly onCall: (outcome: Outcome) => void;
};

/** The bound on output that a caller would set: room above the recorded answer, within what the feature allows. */
const maxTokensFor = (outputTokens: number, target: Target): number =>
  Math.min(target.outputTokens, 2 ** Math.ceil(Math.log2(outputTokens + 32)));

function requestOf(call: ReplayCall, options: DriveOptions): RouteRequest {
  const need = { inputTokens: estimateTokens(call.prompt), outputTokens: call.outputTokens };
  const target = targetFor(options.targets, need, call.affinity);
  return {
    feature: target.feature,
    template: target.template,
    templateVersion: options.version,
    ...(call.run === undefined ? {} : { run: call.run }),
    ...call.prompt,
    inferenceConfig: { ...call.prompt.inferenceConfig, maxTokens: maxTokensFor(call.outputTokens, target) },
  };
}

async function sleepUntil(atMs: number, stop: AbortSignal): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
}

/** Sends every lane's calls, in order within a lane, at most `concurrency` lanes at once. Ends early, after the calls under way, on `stop`. */
export async function drive(options: DriveOptions, tally: Tally): Promise<void> {
  const startMs = performance.now();
  const waiting = options.lanes[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const lane of waiting) {
      if (options.speed !== undefined) await sleepUntil(startMs + lane.atMs / options.speed, options.stop);
      for (const call of lane.calls()) {
        if (options.stop.aborted) return;
        const sentMs = performance.now();
        const outcome = await options.caller(requestOf(call, options));
        tally.add(outcome, performance.now() - sentMs);
        options.onCall(outcome);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
}
