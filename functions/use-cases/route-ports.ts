import type { SchemaValidator } from '../core/cascade.ts';
import type { Evidence, Refusal } from '../core/errors.ts';
import type { Settings } from '../core/settings.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { Fingerprints } from '../ports/fingerprints.ts';
import type { GateStore } from '../ports/gate-store.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import type { ModelClient, ModelEvent } from '../ports/model-client.ts';
import type { OnceMarks } from '../ports/once-marks.ts';
import type { OverrideReader } from '../ports/override-store.ts';
import type { RefusalCounter } from '../ports/refusal-counter.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { SpendProfiles } from '../ports/spend-profiles.ts';
import type { TemplateProfiles } from '../ports/template-profiles.ts';
import { BudgetNotices } from './budget-notices.ts';
import { KnownOverrides } from './known-overrides.ts';
import { ModelHealth } from './model-health.ts';
import { type MoneyDesk, moneyDesk } from './money-desk.ts';
import type { MoneyPorts } from './money-ports.ts';
import { OpenBreakers } from './open-breakers.ts';
import { RecentCalls } from './recent-calls.ts';
import { RunCosts } from './run-costs.ts';
import { SpendHistory } from './spend-history.ts';
import { TemplateVersions } from './template-versions.ts';

/** What answering a request needs of the world. */
export type RoutePorts = {
  readonly settings: Settings;
  readonly money: MoneyDesk;
  readonly notices: BudgetNotices;
  readonly runs: RunStore;
  readonly idempotency: IdempotencyStore;
  readonly models: ModelClient;
  readonly refusals: RefusalCounter;
  readonly alerts: Alerts;
  readonly fingerprints: Fingerprints;
  readonly versions: TemplateVersions;
  readonly validate: SchemaValidator;
  readonly breakers: OpenBreakers;
  readonly overrides: KnownOverrides;
  readonly runCosts: RunCosts;
  readonly history: SpendHistory;
  readonly recentCalls: RecentCalls;
  readonly gates: GateStore;
  readonly health: ModelHealth;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A new ulid for the instant given. */
  readonly newId: (atMs: number) => string;
  /** For operators: names, counts and codes, never prompt text. */
  readonly log: (event: string, facts: Evidence, cause?: unknown) => void;
};

/** Takes one event of a streamed answer. It must not throw: a client that left does not stop a call that is being paid for. */
export type Emit = (event: ModelEvent) => Promise<void>;

export type RouteOutcome =
  | { readonly kind: 'answered'; readonly answer: RouteAnswer }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

type RouteStores = Omit<
  RoutePorts,
  'money' | 'notices' | 'breakers' | 'health' | 'overrides' | 'runCosts' | 'history' | 'recentCalls' | 'versions' | 'log'
> &
  MoneyPorts & { readonly profiles: TemplateProfiles & SpendProfiles; readonly overrideStore: OverrideReader; readonly marks: OnceMarks };

/** The ports of one environment, from its stores: money over gates and ledger, and a fresh memory of open breakers, overrides and prompts. */
export function routePorts(stores: RouteStores, log: RoutePorts['log']): RoutePorts {
  const overrides = new KnownOverrides(stores);
  const runCosts = new RunCosts();
  const notices = new BudgetNotices({ ...stores, log });
  const gates = notices.watching(stores.gates);
  return {
    ...stores,
    gates,
    notices,
    overrides,
    runCosts,
    history: new SpendHistory({ ...stores, log }),
    recentCalls: new RecentCalls(),
    money: moneyDesk({ ...stores, gates, overrides }, runCosts),
    breakers: new OpenBreakers(),
    health: new ModelHealth(),
    versions: new TemplateVersions({ ...stores, log }),
    log,
  };
}
