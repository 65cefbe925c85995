import { DAY_MS } from '../../functions/core/calendar.ts';
import type { RouteAnswer } from '../../functions/core/wire/route.ts';
import type { IdempotencyStore } from '../../functions/ports/idempotency-store.ts';
import type { GatewayKey, KeyStore } from '../../functions/ports/key-store.ts';
import type { RunState, RunStore } from '../../functions/ports/run-store.ts';

/** Runs in memory, by the same rules as the store's. */
export function memoryRuns(): RunStore {
  type Run = { calls: number; spentPico: bigint; seen: { fingerprint: string; callId: string }[]; below: number } & {
    -readonly [Field in keyof Pick<RunState, 'openUntilMs' | 'reason' | 'trips' | 'root' | 'depth' | 'order'>]: RunState[Field];
  };
  const runs = new Map<string, Run>();
  const at = (feature: string, run: string): Run => {
    const known = runs.get(`${feature}/${run}`) ?? { calls: 0, spentPico: 0n, seen: [], below: 0 };
    runs.set(`${feature}/${run}`, known);
    return known;
  };
  const stateOf = ({ seen, below: _below, ...run }: Run): RunState => ({
    ...run,
    fingerprints: seen.slice(-64).map(({ fingerprint }) => fingerprint),
  });
  return {
    async enter(feature, name, { callId, fingerprint, atMs, addPico }) {
      const run = at(feature, name);
      if (run.seen.some((call) => call.callId === callId)) return { kind: 'entered', run: stateOf(run) };
      if (run.openUntilMs !== undefined && run.openUntilMs > atMs) return { kind: 'open', run: stateOf(run) };
      run.seen.push({ fingerprint, callId });
      run.calls += 1;
      run.spentPico += addPico;
      return { kind: 'entered', run: stateOf(run) };
    },
    async join(feature, name, { parent }) {
      const above = at(feature, parent);
      const root = above.root ?? parent;
      const order = ++at(feature, root).below;
      const place = { root, depth: (above.depth ?? 0) + 1, order };
      Object.assign(at(feature, name), place);
      return place;
    },
    read: async (feature, name) => (runs.has(`${feature}/${name}`) ? stateOf(at(feature, name)) : undefined),
    async trip(feature, name, { untilMs, reason, atMs }) {
      const run = at(feature, name);
      if (run.openUntilMs !== undefined && run.openUntilMs > atMs) return 'refused';
      Object.assign(run, { openUntilMs: untilMs, reason, trips: (run.trips ?? 0) + 1 });
      return 'changed';
    },
    async reset(feature, name) {
      const run = at(feature, name);
      delete run.openUntilMs;
      delete run.reason;
      delete run.trips;
      run.seen = [];
    },
  };
}

/** Claims in memory, by the same rules as the store's. */
export function memoryIdempotency(): IdempotencyStore {
  type Item = { requestId: string; claimedAtMs: number; deadlineMs: number; answer?: RouteAnswer; outputUntilMs?: number };
  const items = new Map<string, Item>();
  return {
    async claim(feature, key, { requestId, atMs, deadlineMs }) {
      const item = items.get(`${feature}/${key}`);
      const free =
        item === undefined ||
        item.claimedAtMs < atMs - DAY_MS ||
        (item.answer === undefined && (item.deadlineMs < atMs || item.requestId === requestId));
      if (free) {
        items.set(`${feature}/${key}`, { requestId, claimedAtMs: atMs, deadlineMs });
        return { kind: 'claimed' };
      }
      if (item.answer === undefined) return { kind: 'in_progress', retryAtMs: Math.min(item.deadlineMs, atMs + 5_000) };
      const { output: _, ...receipt } = item.answer;
      return { kind: 'answered', answer: atMs < (item.outputUntilMs ?? 0) ? item.answer : receipt };
    },
    async complete(feature, key, answer, { outputUntilMs }) {
      const item = items.get(`${feature}/${key}`);
      if (item?.requestId === answer.requestId && item.answer === undefined) Object.assign(item, { answer, outputUntilMs });
    },
    async release(feature, key, requestId) {
      const item = items.get(`${feature}/${key}`);
      if (item?.requestId === requestId && item.answer === undefined) item.deadlineMs = 0;
    },
  };
}

/** Keys in memory, by the same rules as the store's. */
export function memoryKeys(): KeyStore {
  const keys = new Map<string, GatewayKey>();
  return {
    findByHash: async (hash) => [...keys.values()].find((key) => key.hash === hash),
    async create(key) {
      keys.set(key.id, key);
    },
    list: async () => [...keys.values()],
    async revoke(id, atMs) {
      const key = keys.get(id);
      if (key === undefined || key.revokedAtMs !== undefined) return 'refused';
      keys.set(id, { ...key, revokedAtMs: atMs });
      return 'changed';
    },
  };
}
