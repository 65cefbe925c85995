import { featureScope, ORG, teamScope } from '../gate-tree.ts';
import type { PicoUsd } from '../money.ts';
import type { Caps, Settings } from '../settings.ts';
import { isActive, type Override, raisedBy } from './override.ts';

/** The settings with every cap of a raised scope higher by the raise: hourly, daily and monthly alike. Without a raise, the very same object. */
export function raisedSettings(settings: Settings, overrides: readonly Override[], nowMs: number): Settings {
  if (!overrides.some((override) => override.kind === 'raise' && isActive(override, nowMs))) return settings;
  const by = (scope: string) => raisedBy(overrides, scope, nowMs);
  return {
    ...settings,
    caps: raised(settings.caps, by(ORG)),
    teams: eachWith(settings.teams, (team) => by(teamScope(team.name))),
    features: eachWith(settings.features, (feature) => by(featureScope(feature.name))),
  };
}

function eachWith<Item extends { readonly caps: Caps }>(
  items: Readonly<Record<string, Item>>,
  by: (item: Item) => PicoUsd,
): Readonly<Record<string, Item>> {
  const entries = Object.entries(items).map(([name, item]) => [name, { ...item, caps: raised(item.caps, by(item)) }] as const);
  return Object.fromEntries(entries);
}

/** A cap that there is not cannot be raised. */
const raised = ({ hourlyPico, dailyPico, monthlyPico }: Caps, byPico: PicoUsd): Caps => ({
  ...(hourlyPico === undefined ? {} : { hourlyPico: hourlyPico + byPico }),
  ...(dailyPico === undefined ? {} : { dailyPico: dailyPico + byPico }),
  ...(monthlyPico === undefined ? {} : { monthlyPico: monthlyPico + byPico }),
});
