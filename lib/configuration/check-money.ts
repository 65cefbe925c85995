import type { Finding } from './configuration-problem.ts';
import type { SoundParts } from './salvage.ts';

type Budgets = { readonly hourly?: number | undefined; readonly daily?: number | undefined; readonly monthly?: number | undefined };

/** Caps that cannot work or cannot bind. */
export function checkMoney({ budgets, teams = {}, features = {} }: SoundParts): Finding[] {
  const findings: Finding[] = [];
  if (budgets !== undefined && budgets.daily === undefined && budgets.monthly === undefined) {
    findings.push({ path: ['budgets'], message: 'the organization has no cap', allowed: 'daily, monthly or both, USD' });
  }
  const scopes = [
    { path: ['budgets'], own: budgets, above: [] },
    ...Object.entries(teams).map(([name, team]) => ({
      path: ['teams', name, 'budgets'],
      own: team?.budgets,
      above: [{ name: 'the organization', caps: budgets }],
    })),
    ...Object.entries(features).map(([name, feature]) => ({
      path: ['features', name, 'budgets'],
      own: feature.budgets,
      above: [
        { name: `team ${feature.team}`, caps: teams[feature.team]?.budgets },
        { name: 'the organization', caps: budgets },
      ],
    })),
  ];
  return [...findings, ...scopes.flatMap(({ path, own, above }) => [...neverReached(path, own), ...largerThanParent(path, own, above)])];
}

function largerThanParent(
  path: Finding['path'],
  own: Budgets | undefined,
  above: readonly { name: string; caps: Budgets | undefined }[],
): Finding[] {
  return (['daily', 'monthly'] as const).flatMap((period) => {
    const cap = own?.[period];
    const parent = above.find(({ caps }) => cap !== undefined && (caps?.[period] ?? Infinity) < cap);
    if (parent === undefined) return [];
    const message = `${period} cap of ${cap} USD is larger than that of ${parent.name}, which stops first`;
    return [
      { path: [...path, period], severity: 'warning' as const, message, allowed: `at most ${parent.caps?.[period]} to have an effect` },
    ];
  });
}

function neverReached(path: Finding['path'], own: Budgets | undefined): Finding[] {
  const pairs = [
    ['hourly', 'daily'],
    ['daily', 'monthly'],
  ] as const;
  return pairs.flatMap(([short, long]) => {
    const [shorter, longer] = [own?.[short], own?.[long]];
    if (shorter === undefined || longer === undefined || shorter <= longer) return [];
    return [
      {
        path: [...path, short],
        severity: 'warning' as const,
        message: `${short} cap of ${shorter} USD is larger than the ${long} cap, which stops first`,
      },
    ];
  });
}
