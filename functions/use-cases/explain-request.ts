import { requestOf } from '../core/assumed-entry.ts';
import { DAY_MS } from '../core/calendar.ts';
import { type Explanation, explain } from '../core/explain/explanation.ts';
import type { Hold, Scope } from '../core/gate.ts';
import { leavesOf } from '../core/gate-tree.ts';
import { parseRequestId } from '../core/ledger.ts';
import { admissionOf } from '../core/ulid-time.ts';
import type { MoneyPorts } from './money-ports.ts';

/** An attempt that still holds money in a gate. `booked`: its entry is there already, and the hold is about to be settled. */
export type InFlight = { readonly leaf: Scope; readonly attempt: number; readonly hold: Hold; readonly booked: boolean };

export type Explained =
  | { readonly kind: 'found'; readonly explanation: Explanation; readonly inFlight: readonly InFlight[] }
  /** Neither entries nor holds. `expired`: it is older than the retention; `future`: its id says a time that has not come. */
  | { readonly kind: 'unknown'; readonly admittedAtMs: number; readonly why: 'expired' | 'future' | 'never_booked' };

/** Clocks differ. */
const MOST_SKEW_MS = 60_000;

/** Everything that the books say about one request. RangeError when that is no request id. */
export async function explainRequest(
  requestId: string,
  ports: Pick<MoneyPorts, 'ledger' | 'gates' | 'settings' | 'now'>,
): Promise<Explained> {
  const { ledger, settings, now } = ports;
  const admittedAtMs = admissionOf(requestId);
  // Gates first: a call that settles in between is then in the ledger, and not lost from sight.
  const holds = await holdsOf(requestId, ports);
  const entries = await ledger.ofRequest(requestId);
  if (entries.length > 0 || holds.length > 0) {
    const booked = new Set(entries.map(({ attempt }) => attempt));
    const inFlight = holds.map((hold) => ({ ...hold, booked: booked.has(hold.attempt) }));
    return { kind: 'found', explanation: explain(entries, settings), inFlight };
  }
  const future = admittedAtMs > now() + MOST_SKEW_MS;
  const expired = admittedAtMs < now() - settings.retentionDays * DAY_MS;
  return { kind: 'unknown', admittedAtMs, why: future ? 'future' : expired ? 'expired' : 'never_booked' };
}

async function holdsOf(
  requestId: string,
  { gates, settings }: Pick<MoneyPorts, 'gates' | 'settings'>,
): Promise<Omit<InFlight, 'booked'>[]> {
  const feature = parseRequestId(requestId)?.feature ?? '';
  const leaves = leavesOf(settings.features[feature] ?? { name: feature, shards: 1 });
  const read = await Promise.all(leaves.map((leaf) => gates.read(leaf)));
  return read.flatMap(({ scope, holds }) =>
    holds.flatMap((hold) => {
      const of = requestOf(hold, feature);
      return of.requestId === requestId ? [{ leaf: scope, attempt: of.attempt, hold }] : [];
    }),
  );
}
