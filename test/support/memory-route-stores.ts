import { DAY_MS } from '../../functions/core/calendar.ts';
import type { RouteAnswer } from '../../functions/core/wire/route.ts';
import type { IdempotencyStore } from '../../functions/ports/idempotency-store.ts';
import type { GatewayKey, KeyStore } from '../../functions/ports/key-store.ts';
import type { RunState, RunStore } from '../../functions/ports/run-store.ts';

/** Runs in memory, by the same rules as the store's. */
export function memoryRuns(): RunStore {
  type Run = { calls: number; seen: { fingerprint: string; callId: string }[]; openUntilMs?: number; reason?: string };
  const runs = new Map<string, Run>();
  const at = (feature: string, run: string): Run => {
    const known = runs.get(`${feature}/${run}`) ?? { calls: 0, seen: [] };
    runs.set(`${feature}/${run}`, known);
    return known;
  };
  const stateOf = ({ seen, ...run }: Run): RunState => ({ ...run, fingerprints: seen.slice(-64).map(({ fingerprint }) => fingerprint) });
  return {
    async enter(feature, name, { callId, fingerprint, atMs }) {
      const run = at(feature, name);
      if (run.seen.some((call) => call.callId === callId)) return { kind: 'entered', run: stateOf(run) };
      if (run.openUntilMs !== undefined && run.openUntilMs > atMs) return { kind: 'open', run: stateOf(run) };
      run.seen.push({ fingerprint, callId });
      run.calls += 1;
      return { kind: 'entered', run: stateOf(run) };
    },
    async trip(feature, name, { untilMs, reason, atMs }) {
      const run = at(feature, name);
      if (run.openUntilMs !== undefined && run.openUntilMs > atMs) return 'refused';
      Object.assign(run, { openUntilMs: untilMs, reason });
      return 'changed';
    },
    async reset(feature, name) {
      const run = at(feature, name);
      delete run.openUntilMs;
      delete run.reason;
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
