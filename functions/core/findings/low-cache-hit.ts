import { maxPico, type PicoUsd, sumPico } from '../money.ts';
import { findPrice } from '../price-book.ts';
import type { Rollup } from '../rollup.ts';
import type { Settings } from '../settings.ts';
import { addUsage, NO_USAGE, promptTokens, type Usage } from '../usage.ts';
import { byTemplate, type Finding, type FindingInput, MONEY_FLOOR_PICO, ownership } from './finding.ts';
import { spikeDays } from './spend-spike.ts';

/** Below this share of prompt tokens read from the cache, the prefix is not being reused. From the brief: "a cache hit rate below 20 %". */
const LOW_HIT_RATE = 0.2;

/** Share of prompt tokens that came from the cache; undefined when nothing was prompted. */
export const cacheHitRate = (usage: Usage): number | undefined =>
  promptTokens(usage) === 0 ? undefined : usage.cacheRead / promptTokens(usage);

/** Templates that write a prefix into the cache again and again and hardly ever read it. */
export function lowCacheHits(input: FindingInput): Finding[] {
  const { period, rollups, settings } = input;
  const spiked = spikeDays(input);
  const ofPeriod = rollups.filter(
    ({ day, mode, feature, template }) =>
      day >= period.from && day <= period.to && mode !== 'batch' && !spiked.has(`${feature}/${template}/${day}`),
  );
  return byTemplate(ofPeriod).flatMap((group) => {
    const usage = group.rollups.map((rollup) => rollup.usage).reduce(addUsage, NO_USAGE);
    const hitRate = cacheHitRate(usage);
    const writes = usage.cacheWrite5m + usage.cacheWrite1h;
    if (hitRate === undefined || hitRate >= LOW_HIT_RATE || writes === 0) return [];
    const wastedPico = sumPico(group.rollups.map((rollup) => lostToRewrites(rollup, settings, utcNoon(period.to))));
    if (wastedPico < MONEY_FLOOR_PICO) return [];
    const { owner, team } = ownership(settings, group.feature, group.rollups);
    return [
      {
        id: `low_cache_hit:${group.feature}:${group.template}`,
        kind: 'low_cache_hit',
        feature: group.feature,
        template: group.template,
        owner,
        team,
        wastedPico,
        method: 'cache writes priced at what reading the same tokens would have cost, the first write of each hour excepted',
        evidence: {
          hitRatePercent: Math.round(hitRate * 1000) / 10,
          cacheWriteTokens: writes,
          cacheReadTokens: usage.cacheRead,
          promptTokens: promptTokens(usage),
        },
        action: `Move what changes (dates, ids, names) in ${group.template} behind the fixed instructions, so that its prefix stays equal from call to call; or set cache: off for ${group.feature}.`,
      },
    ];
  });
}

const utcNoon = (day: string): number => Date.parse(`${day}T12:00:00.000Z`);

/** One write an hour is what a stable prefix needs at least; the rest of the hour's writes could have been reads. */
function lostToRewrites(rollup: Rollup, settings: Settings, atMs: number): PicoUsd {
  const price = findPrice(settings.models[rollup.model]?.prices ?? [], rollup.mode, atMs);
  if (price === undefined || rollup.calls === 0) return 0n;
  const avoidable = (tokens: number) => BigInt(Math.floor(tokens * (1 - 1 / rollup.calls)));
  const { cacheRead, cacheWrite5m, cacheWrite1h } = price.prices;
  return (
    avoidable(rollup.usage.cacheWrite5m) * maxPico(cacheWrite5m - cacheRead, 0n) +
    avoidable(rollup.usage.cacheWrite1h) * maxPico(cacheWrite1h - cacheRead, 0n)
  );
}
