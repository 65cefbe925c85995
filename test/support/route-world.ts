import { ulid } from 'ulid';
import { schemaValidator } from '../../functions/adapters/json-schema.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { Usage } from '../../functions/core/usage.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import type { Alert } from '../../functions/ports/alerts.ts';
import type { ModelAnswer, ModelCall, ModelClient } from '../../functions/ports/model-client.ts';
import { type RoutePorts, routePorts } from '../../functions/use-cases/route-ports.ts';
import { memoryFingerprints } from './memory-fingerprints.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryMarks } from './memory-marks.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { memoryProfiles } from './memory-profiles.ts';
import { memoryRefusals } from './memory-refusals.ts';
import { memoryIdempotency, memoryRuns } from './memory-route-stores.ts';
import { settings as smallSettings } from './settings.ts';

/** Sunday noon in Berlin, in the middle of a day and a month. */
export const NOON = Date.parse('2026-11-15T11:00:00.000Z');

export const usage = (input: number, output: number, over: Partial<Usage> = {}): Usage => ({
  input,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output,
  reasoning: 0,
  ...over,
});

/** A plain answer of a model. */
export const says = (text: string, over: Partial<ModelAnswer> = {}): ModelAnswer => ({
  message: { role: 'assistant', content: [{ text }] },
  stopReason: 'end_turn',
  usage: usage(100, 20),
  latencyMs: 5,
  ...over,
});

export const ask = (over: Partial<RouteRequest> = {}): RouteRequest => ({
  feature: 'invoice-extractor',
  template: 'extract',
  messages: [{ role: 'user', content: [{ text: 'What is the total of invoice 17?' }] }],
  ...over,
});

export type ModelScript = (call: ModelCall, attempt: number) => ModelAnswer | Promise<ModelAnswer>;

/** A whole world in memory: stores, one scripted model client, a clock that stands still until it is moved. */
export function routeWorld({ settings = smallSettings(), model = () => says('42'), ports: over = {} }: WorldOptions = {}) {
  const clock = { nowMs: NOON };
  const calls: ModelCall[] = [];
  const alerts: Alert[] = [];
  const logs: string[] = [];
  const gates = memoryGates();
  const ledger = memoryLedger();
  const refusals = memoryRefusals();
  const converse = async (call: ModelCall) => {
    calls.push(call);
    return model(call, calls.length);
  };
  const models: ModelClient = {
    converse,
    async *converseStream(call) {
      const answer = await converse(call);
      for (const block of answer.message.content) yield { contentBlockDelta: { contentBlockIndex: 0, delta: block } };
      return answer;
    },
  };
  const stores = {
    settings,
    gates,
    ledger,
    refusals,
    overrideStore: memoryOverrides(),
    runs: memoryRuns(),
    idempotency: memoryIdempotency(),
    models,
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    fingerprints: memoryFingerprints,
    profiles: memoryProfiles(),
    marks: memoryMarks(),
    validate: schemaValidator(),
    now: () => clock.nowMs,
    random: () => 0,
    sleep: async (ms: number) => {
      clock.nowMs += ms;
    },
    newId: (atMs: number) => ulid(atMs),
    ...over,
  };
  const ports: RoutePorts = routePorts(stores, (event) => void logs.push(event));
  const committed = () => gates.peek('feature:invoice-extractor').committedByDay['2026-11-15'] ?? 0n;
  return { ports, stores, clock, calls, alerts, logs, gates, ledger, refusals, committed, entries: () => [...ledger.entries.values()] };
}

type WorldOptions = { settings?: Settings; model?: ModelScript; ports?: Partial<Parameters<typeof routePorts>[0]> };
