import type { SchemaValidator } from '../core/cascade.ts';
import type { Evidence, Refusal } from '../core/errors.ts';
import type { Settings } from '../core/settings.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { Fingerprints } from '../ports/fingerprints.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import type { ModelClient, ModelEvent } from '../ports/model-client.ts';
import type { OverrideReader } from '../ports/override-store.ts';
import type { RefusalCounter } from '../ports/refusal-counter.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { TemplateProfiles } from '../ports/template-profiles.ts';
import { KnownOverrides } from './known-overrides.ts';
import { ModelHealth } from './model-health.ts';
import { type MoneyDesk, moneyDesk } from './money-desk.ts';
import type { MoneyPorts } from './money-ports.ts';
import { OpenBreakers } from './open-breakers.ts';
import { TemplateVersions } from './template-versions.ts';

/** What answering a request needs of the world. */
export type RoutePorts = {
  readonly settings: Settings;
  readonly money: MoneyDesk;
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

type RouteStores = Omit<RoutePorts, 'money' | 'breakers' | 'health' | 'overrides' | 'versions' | 'log'> &
  MoneyPorts & { readonly profiles: TemplateProfiles; readonly overrideStore: OverrideReader };

/** The ports of one environment, from its stores: money over gates and ledger, and a fresh memory of open breakers, overrides and prompts. */
export function routePorts(stores: RouteStores, log: RoutePorts['log']): RoutePorts {
  const overrides = new KnownOverrides(stores);
  return {
    ...stores,
    overrides,
    money: moneyDesk({ ...stores, overrides }),
    breakers: new OpenBreakers(),
    health: new ModelHealth(),
    versions: new TemplateVersions({ ...stores, log }),
    log,
  };
}
