import { utcHour } from './calendar.ts';
import type { Hold } from './gate.ts';
import { type LedgerEntry, requestIdOf } from './ledger.ts';
import { findPrice, UNKNOWN_PRICES } from './price-book.ts';
import { armOf } from './routing.ts';
import type { Settings } from './settings.ts';
import { NO_USAGE } from './usage.ts';

/** What a hold says of its call's request id and attempt: together with the feature, the key of its entry. */
export function requestOf(hold: Hold, feature: string): { readonly requestId: string; readonly attempt: number } {
  const [ulid = '', attempt = ''] = hold.id.split('#');
  return { requestId: requestIdOf(feature, hold.template, ulid), attempt: Number(attempt) };
}

/** The entry of a call whose outcome nobody knows: the WHOLE hold, never less, never zero. Names that left the configuration stay as they were. */
export function assumedEntry(hold: Hold, feature: string, settings: Settings): LedgerEntry {
  const known = settings.features[feature];
  const model = settings.models[hold.model];
  const price = model === undefined ? undefined : findPrice(model.prices, 'on_demand', hold.admittedAtMs);
  const request = requestOf(hold, feature);
  return {
    kind: 'assumed',
    ...request,
    feature,
    template: hold.template,
    templateVersion: '',
    owner: known?.owner ?? settings.unassignedOwner,
    team: known?.team ?? '',
    ...(hold.run === undefined ? {} : { run: hold.run }),
    model: hold.model,
    modelId: model?.modelId ?? hold.model,
    provider: model?.provider ?? 'unknown',
    mode: 'on_demand',
    arm: known === undefined ? 'strong' : armOf(known.route, hold.model),
    escalated: request.attempt > 1,
    reason: 'unresolved',
    admittedAtMs: hold.admittedAtMs,
    hour: utcHour(hold.admittedAtMs),
    day: hold.day,
    usage: NO_USAGE,
    unitPrices: price?.prices ?? UNKNOWN_PRICES,
    priceBook: settings.priceBookVersion,
    costPico: hold.amountPico,
    holdPico: hold.amountPico,
    latencyMs: 0,
    stopReason: 'unknown',
    fingerprint: '',
    prefix: [],
  };
}
