import { randomBytes } from 'node:crypto';
import { entriesOf, hoursOf, openBooks } from './books.ts';
import { gatewayCaller, invokeCaller } from './callers.ts';
import { drive } from './drive.ts';
import { balances, checkLedger } from './ledger-check.ts';
import { limitLanes } from './limit-lanes.ts';
import { type Out, progressBar } from './progress.ts';
import { readTrace } from './read-trace.ts';
import { runningStack } from './running-stack.ts';
import { summary } from './summary.ts';
import { Tally, total } from './tally.ts';
import { targetsOf } from './targets.ts';

export type ReplayOptions = {
  readonly speed?: number;
  readonly requests?: number;
  readonly conversations?: number;
  readonly concurrency: number;
  readonly feature?: string;
  readonly template?: string;
  readonly gateway?: boolean;
};

/** Ctrl-C once: no new calls, then the summary. Twice: the end. */
function interruptible(out: Out): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    out.write('\n  stopping: waiting for the calls under way\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  return { signal: controller.signal, release: () => process.off('SIGINT', interrupt) };
}

/** Where the running stack is looked for, and where the replay is told. */
export type ReplayPlace = { readonly folder: string; readonly out: Out };

/** Answers the exit code: 0 when the books balance and no call failed, 1 when not, 2 when there was nothing to replay on or from. */
export async function replay(file: string, options: ReplayOptions, place: ReplayPlace): Promise<number> {
  try {
    return await run(file, options, place);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    place.out.write(`replay: ${error.message}\n`);
    return 2;
  }
}

async function run(file: string, options: ReplayOptions, { folder, out }: ReplayPlace): Promise<number> {
  const replayId = randomBytes(4).toString('hex');
  const version = `replay-${replayId}`;
  const trace = readTrace(file, replayId);
  const lanes = limitLanes(trace.lanes, options);
  const calls = lanes.reduce((sum, lane) => sum + lane.count, 0);
  const stack = runningStack(folder);
  const { settings, ledger } = await openBooks(stack);
  const targets = targetsOf(settings, options);
  const caller = options.gateway ? gatewayCaller(stack) : invokeCaller(stack, options.concurrency);
  const way = options.gateway ? 'POST /v1/route' : 'Lambda Invoke';
  out.write(`${calls} calls of ${lanes.length} ${trace.kind === 'conversations' ? 'conversations' : 'traced requests'}, through ${way}, `);
  out.write(`over ${targets.length} templates; their entries carry templateVersion ${version}\n`);
  const [tally, progress, interrupt] = [new Tally(), progressBar(calls, out), interruptible(out)];
  const startMs = Date.now();
  await drive(
    { ...options, lanes, targets, caller, speed: options.speed, version, stop: interrupt.signal, onCall: () => progress.update(tally) },
    tally,
  );
  progress.end();
  interrupt.release();
  const endMs = Date.now();
  const entries = await entriesOf(ledger, hoursOf(tally.receipts.keys(), { from: startMs, to: endMs }));
  const check = checkLedger(entries, tally.receipts, version);
  out.write(`${summary(tally, check, (endMs - startMs) / 1_000)}\n`);
  return balances(check, total(tally.lost)) && tally.errors === 0 ? 0 : 1;
}
