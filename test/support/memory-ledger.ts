import { type LedgerEntry, parseRequestId } from '../../functions/core/ledger.ts';
import { type Rollup, rollUp } from '../../functions/core/rollup.ts';
import { admissionOf, hourOfRequest } from '../../functions/core/ulid-time.ts';
import type { Progress, UsageLedger } from '../../functions/ports/usage-ledger.ts';

/** Rules that a test takes away to see that it notices. */
export type LedgerMutation = 'the loser keeps its own figure' | 'the last put wins' | 'attempts share an entry';

/** The ledger in memory. `entries` is for assertions. */
export function memoryLedger(mutation?: LedgerMutation): UsageLedger & { readonly entries: Map<string, LedgerEntry> } {
  const entries = new Map<string, LedgerEntry>();
  const dirty = new Map<string, { hour: string; markId: string }>();
  const rollups = new Map<string, Rollup>();
  let progress: Progress = {};
  const keyOf = (requestId: string, attempt: number, correction: boolean) => {
    if (parseRequestId(requestId) === undefined) throw new RangeError(`not a request id: ${requestId}`);
    return `${requestId}#${mutation === 'attempts share an entry' ? 1 : attempt}${correction ? '#correction' : ''}`;
  };
  return {
    entries,
    record(given) {
      const entry = { ...given, admittedAtMs: admissionOf(given.requestId), hour: hourOfRequest(given.requestId) };
      const key = keyOf(entry.requestId, entry.attempt, entry.kind === 'correction');
      const known = entries.get(key);
      if (known === undefined || mutation === 'the last put wins') entries.set(key, entry);
      const own = mutation === 'the loser keeps its own figure' || mutation === 'the last put wins';
      return Promise.resolve(own ? entry : (known ?? entry));
    },
    find: (requestId, attempt) => Promise.resolve(entries.get(keyOf(requestId, attempt, false))),
    ofRequest: (requestId) =>
      Promise.resolve([...entries.values()].filter((entry) => entry.requestId === requestId).toSorted((a, b) => a.attempt - b.attempt)),
    async *ofHour(hour, of) {
      const wanted = [...entries].filter(
        ([, entry]) =>
          entry.hour === hour &&
          (of === undefined || of.feature === entry.feature) &&
          (of?.template === undefined || of.template === entry.template),
      );
      // As DynamoDB sorts: '#' comes before every character of a name.
      const sortKey = (key: string) => key.replaceAll('.', '#');
      yield* wanted.toSorted(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1)).map(([, entry]) => entry);
    },
    markDirty(hour, markId) {
      dirty.set(`${hour}#${markId}`, { hour, markId });
      return Promise.resolve();
    },
    dirtyHours: () => Promise.resolve([...dirty.values()]),
    clearDirty(marks) {
      for (const { hour, markId } of marks) dirty.delete(`${hour}#${markId}`);
      return Promise.resolve();
    },
    putRollups(_hour, fresh) {
      for (const { hour, day, feature, template, model, provider, modelId, mode, team, owner, ...rest } of fresh) {
        const names = { hour, day, feature, template, model, provider, modelId, mode, team, owner };
        rollups.set(Object.values(names).join('#'), { ...names, ...rest });
      }
      return Promise.resolve();
    },
    async *rollups(fromDay, toDay) {
      for (const rollup of rollups.values()) if (rollup.day >= fromDay && rollup.day <= toDay) yield rollup;
    },
    rollupsOf: (day, hour, feature) =>
      Promise.resolve([...rollups.values()].filter((rollup) => rollup.day === day && rollup.hour === hour && rollup.feature === feature)),
    async *hourCosts(day) {
      for (const { hour, feature, template, costPico, day: own } of rollups.values())
        if (own === day) yield { day, hour, feature, template, costPico };
    },
    progress: () => Promise.resolve(progress),
    setProgress(next) {
      progress = next;
      return Promise.resolve();
    },
  };
}

/** What a ledger's own rollups must add up to: recomputed from its entries. */
export const rollupsOf = (ledger: { readonly entries: Map<string, LedgerEntry> }): Rollup[] => rollUp(ledger.entries.values());
