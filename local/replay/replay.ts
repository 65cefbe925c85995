import { randomBytes } from 'node:crypto';
import { SpillwayError } from '../../functions/core/errors.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import { entriesOf, hoursOf, openBooks } from './books.ts';
import { gatewayCaller, invokeCaller } from './callers.ts';
import { type DriveOptions, drive } from './drive.ts';
import { balances, checkLedger } from './ledger-check.ts';
import { limitLanes } from './limit-lanes.ts';
import type { Outcome } from './outcome.ts';
import { type Out, progressBar } from './progress.ts';
import { readTrace } from './read-trace.ts';
import { isReceiptsFile, type KeptReceipts, keepReceipts, readReceipts } from './receipts-file.ts';
import { runningStack } from './running-stack.ts';
import { summary, verdict } from './summary.ts';
import { Tally, total } from './tally.ts';
import { targetsOf } from './targets.ts';
import type { Lane } from './trace.ts';

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
function interruptible(out: Out): { readonly signal: AbortSignal; giveUp(why: string): void; release(): void } {
  const controller = new AbortController();
  const giveUp = (why: string) => {
    if (!controller.signal.aborted) out.write(`\n  stopping (${why}): waiting for the calls under way\n`);
    controller.abort();
  };
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    giveUp('Ctrl-C');
  };
  process.on('SIGINT', interrupt);
  return { signal: controller.signal, giveUp, release: () => process.off('SIGINT', interrupt) };
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

async function run(file: string, options: ReplayOptions, place: ReplayPlace): Promise<number> {
  if (isReceiptsFile(file)) {
    const kept = readReceipts(file);
    const { ledger } = await openBooks(runningStack(place.folder));
    return settleUp(kept, ledger, place);
  }
  const replayId = randomBytes(4).toString('hex');
  const trace = readTrace(file, replayId);
  const stack = runningStack(place.folder);
  const { settings, ledger } = await openBooks(stack);
  const lanes = limitLanes(trace.lanes, options);
  const targets = targetsOf(settings, options);
  const caller = options.gateway ? gatewayCaller(stack) : invokeCaller(stack, options.concurrency);
  const version = `replay-${replayId}`;
  place.out.write(`${countOf(lanes)} calls of ${lanes.length} ${trace.kind === 'conversations' ? 'conversations' : 'traced requests'}, `);
  place.out.write(`through ${options.gateway ? 'POST /v1/route' : 'Lambda Invoke'}, over ${targets.length} templates; `);
  place.out.write(`their entries carry templateVersion ${version}\n`);
  const fromMs = Date.now();
  const tally = await play({ lanes, targets, caller, concurrency: options.concurrency, speed: options.speed, version }, place);
  const toMs = Date.now();
  place.out.write(`${summary(tally, (toMs - fromMs) / 1_000)}\n`);
  const code = await settleUp({ version, fromMs, toMs, lost: total(tally.lost), receipts: tally.receipts }, ledger, place);
  return tally.errors === 0 ? code : 1;
}

const countOf = (lanes: readonly Lane[]): number => lanes.reduce((sum, lane) => sum + lane.count, 0);

/** Drives the lanes under a progress bar, until they end, Ctrl-C, or the stack is gone. */
async function play(options: Omit<DriveOptions, 'stop' | 'onCall'>, { out }: ReplayPlace): Promise<Tally> {
  const [tally, progress, interrupt] = [new Tally(), progressBar(countOf(options.lanes), out), interruptible(out)];
  const onCall = (outcome: Outcome) => {
    progress.update(tally);
    if (outcome.kind === 'unsent') interrupt.giveUp('the stack is gone');
  };
  await drive({ ...options, stop: interrupt.signal, onCall }, tally);
  progress.end();
  interrupt.release();
  return tally;
}

/** Compares receipts and ledger; keeps the receipts for later where calls broke off or the ledger cannot be asked. */
async function settleUp(kept: KeptReceipts, ledger: UsageLedger, { folder, out }: ReplayPlace): Promise<number> {
  const again = () => `npm run replay -- ${keepReceipts(folder, kept)}`;
  try {
    const hours = hoursOf(kept.receipts.keys(), { from: kept.fromMs, to: kept.toMs });
    const check = checkLedger(await entriesOf(ledger, hours), kept.receipts, kept.version);
    out.write(`${verdict(check, kept.lost)}\n`);
    if (kept.lost > 0) out.write(`to compare again later: ${again()}\n`);
    return balances(check, kept.lost) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error;
    out.write(`The ledger does not answer, so nothing was compared. Start the stack again (npm start -- --data DIR), then: ${again()}\n`);
    return 1;
  }
}
