import type { Settings } from '../../functions/core/settings.ts';
import { PRICE_BOOK_VERSION } from '../prices/price-book-version.ts';
import type { ConfigurationShape } from './configuration-shape.ts';
import {
  DEFAULT_BUDGET_WAIT_MS,
  DEFAULT_PIPELINE,
  DEFAULT_REPORT_AT,
  DEFAULT_RETENTION_DAYS,
  DEFAULT_TIMEOUT_SECONDS,
} from './defaults.ts';
import { resolveCaps, resolveFeature } from './resolve-feature.ts';
import { resolveModel } from './resolve-model.ts';

/** The settings that the functions see, from a configuration that passed every check. Inference profiles join them after the deployment. */
export function resolveSettings(shape: ConfigurationShape): Settings {
  const { report, alerts, batch } = shape;
  return {
    organization: shape.organization,
    environment: shape.environment ?? 'production',
    timezone: shape.timezone ?? 'UTC',
    unassignedOwner: shape.unassignedOwner,
    priceBookVersion: PRICE_BOOK_VERSION,
    caps: resolveCaps(shape.budgets),
    teams: mapEntries(shape.teams, (name, team) => ({ name, caps: resolveCaps(team?.budgets) })),
    models: mapEntries(shape.models, resolveModel),
    features: mapEntries(shape.features, (name, feature) => resolveFeature(name, feature, shape.mode ?? 'enforce')),
    inferenceProfiles: {},
    batch: {
      budgetShare: batch?.budgetShare ?? DEFAULT_PIPELINE.budgetShare,
      maxJobsInFlight: batch?.quotas?.jobsInFlight ?? DEFAULT_PIPELINE.maxJobsInFlight,
    },
    gateway: { auth: shape.gateway?.auth ?? 'keys' },
    report: { to: report.to, from: report.from, at: report.at ?? DEFAULT_REPORT_AT, perOwner: report.perOwner ?? false },
    alerts: { email: alerts?.email ?? [], ...(alerts?.webhookSecret === undefined ? {} : { webhookSecret: alerts.webhookSecret }) },
    retentionDays: shape.retentionDays ?? DEFAULT_RETENTION_DAYS,
    timeoutSeconds: shape.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    budgetWaitMs: shape.budgetWaitMs ?? DEFAULT_BUDGET_WAIT_MS,
  };
}

function mapEntries<In, Out>(record: Readonly<Record<string, In>>, resolve: (name: string, value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, resolve(name, value)]));
}
