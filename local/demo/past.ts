import { ulid } from 'ulid';
import { addDays, HOUR_MS, localDay, utcHour } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { costOf, findPrice } from '../../functions/core/price-book.ts';
import { daysBetween, reportPeriod } from '../../functions/core/report-period.ts';
import type { FeatureSettings, Settings } from '../../functions/core/settings.ts';
import { NO_USAGE, type Usage } from '../../functions/core/usage.ts';
import { seededRandom } from '../seeded-random.ts';

/** How a feature of the made-up past behaves, so that the first Friday report has something to say. */
type Habit = 'steady' | 'spikes_once' | 'rewrites_its_cache' | 'batches' | 'silent';

/** UTC hours in which people of the example work, and calls of each template in each. */
const WORKING_HOURS = [8, 11, 14];
const CALLS_PER_HOUR: Readonly<Record<Habit, number>> = { steady: 3, spikes_once: 3, rewrites_its_cache: 14, batches: 5, silent: 0 };
const SPIKE_CALLS = 90;

/**
 * The entries of two reported weeks and the days since, up to the last full day: believable sizes at the configured prices.
 * Deterministic for a day and a configuration.
 */
export function pastEntries(settings: Settings, nowMs: number): LedgerEntry[] {
  const today = localDay(nowMs, settings.timezone);
  const period = reportPeriod(today);
  const random = seededRandom(20_261_122);
  return Object.values(settings.features).flatMap((feature, index) => {
    const habit = habitOf(feature, index, Object.keys(settings.features).length);
    const days = daysBetween(period.beforeFrom, addDays(today, -1));
    return days.flatMap((day) => dayOfFeature({ settings, feature, habit, day, spikes: day === addDays(period.to, -1), random }));
  });
}

/** Features that the made-up past never calls, for the report to ask about. */
export function silentFeatures({ features }: Settings): string[] {
  const all = Object.values(features);
  return all.filter((feature, index) => habitOf(feature, index, all.length) === 'silent').map(({ name }) => name);
}

function habitOf(feature: FeatureSettings, index: number, features: number): Habit {
  if (features > 8 && index === features - 1) return 'silent';
  if (index % 8 === 5) return 'spikes_once';
  if (index % 8 === 1) return 'rewrites_its_cache';
  return feature.batch.eligible && index % 2 === 1 ? 'batches' : 'steady';
}

type DayOfFeature = {
  readonly settings: Settings;
  readonly feature: FeatureSettings;
  readonly habit: Habit;
  readonly day: string;
  readonly spikes: boolean;
  readonly random: () => number;
};

function dayOfFeature(day: DayOfFeature): LedgerEntry[] {
  if (day.habit === 'silent' || (isWeekend(day.day) && day.habit !== 'batches')) return [];
  const templates = Object.keys(day.feature.templates);
  const names = templates.length === 0 ? ['explore'] : templates;
  const hours = WORKING_HOURS.flatMap((hour) =>
    names.flatMap((template) => Array.from({ length: CALLS_PER_HOUR[day.habit] }, () => entryAt(day, template, hour))),
  );
  const [busiest = 'explore'] = names;
  const spike = day.habit === 'spikes_once' && day.spikes ? Array.from({ length: SPIKE_CALLS }, () => entryAt(day, busiest, 14)) : [];
  return [...hours, ...spike];
}

const isWeekend = (day: string): boolean => [0, 6].includes(new Date(`${day}T00:00:00.000Z`).getUTCDay());

function entryAt({ settings, feature, habit, day, random }: DayOfFeature, template: string, hour: number): LedgerEntry {
  const admittedAtMs = Date.parse(`${day}T00:00:00.000Z`) + hour * HOUR_MS + Math.floor(random() * 3_500_000);
  const tier = feature.templates[template]?.tier ?? 'learned';
  const arm = tier === 'cheap' ? 'cheap' : 'strong';
  const mode = habit === 'batches' ? 'batch' : 'on_demand';
  const name = mode === 'batch' ? feature.batch.model : feature.route[arm];
  const model = settings.models[name];
  const price = findPrice(model?.prices ?? [], mode, admittedAtMs);
  if (model === undefined || price === undefined)
    throw new RangeError(`${feature.name} cannot have called ${name} (${mode}): it has no price`);
  const usage = usageOf(feature, habit, random);
  const { costPico, unitPrices } = costOf(usage, price);
  const id = ulid(admittedAtMs, random);
  return {
    kind: 'settled',
    requestId: requestIdOf(feature.name, template, id),
    attempt: 1,
    feature: feature.name,
    template,
    templateVersion: 'v1',
    owner: feature.owner,
    team: feature.team,
    model: name,
    modelId: model.modelId,
    provider: model.provider,
    mode,
    arm,
    escalated: false,
    reason: arm === 'cheap' ? 'declared_cheap' : 'strong_by_default',
    admittedAtMs,
    hour: utcHour(admittedAtMs),
    day: localDay(admittedAtMs, settings.timezone),
    usage,
    unitPrices,
    priceBook: settings.priceBookVersion,
    costPico,
    holdPico: costPico * 2n,
    latencyMs: 400 + Math.floor(random() * 2600),
    stopReason: 'end_turn',
    fingerprint: `seed-${id}`,
    prefix: [],
  };
}

/** Sizes within the feature's bounds; most of a healthy prompt is read from the cache, a wasteful one writes it anew each time. */
function usageOf(feature: FeatureSettings, habit: Habit, random: () => number): Usage {
  const prompt = Math.floor(feature.limits.inputTokens * (0.45 + 0.4 * random()));
  const output = Math.floor(feature.limits.outputTokens * (0.3 + 0.5 * random()));
  if (habit === 'batches') return { ...NO_USAGE, input: prompt, output };
  if (habit === 'rewrites_its_cache')
    return { ...NO_USAGE, input: Math.floor(prompt * 0.1), cacheWrite5m: Math.floor(prompt * 0.9), output };
  return {
    ...NO_USAGE,
    input: Math.floor(prompt * 0.3),
    cacheRead: Math.floor(prompt * 0.65),
    cacheWrite5m: Math.floor(prompt * 0.05),
    output,
  };
}
