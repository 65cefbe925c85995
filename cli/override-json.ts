import { picoToUsd } from '../functions/core/money.ts';
import type { Act } from '../functions/core/override/act.ts';
import type { Override } from '../functions/core/override/override.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** An override for machines; `until` is null where somebody has to end it. */
export const overrideJson = (override: Override) => ({
  id: override.id,
  kind: override.kind,
  scope: override.scope,
  ...(override.kind === 'raise' ? { byUsd: picoToUsd(override.byPico) } : {}),
  ...(override.kind === 'allow' ? { rule: override.rule } : {}),
  until: override.untilMs === undefined ? null : iso(override.untilMs),
  reason: override.reason,
  by: override.by,
  at: iso(override.atMs),
});

/** An act of the audit trail for machines. */
export const actJson = ({ id, act, scope, byPico, rule, untilMs, ended, reason, by, atMs }: Act, state: string) => ({
  ...{ id, act, scope, state },
  ...(byPico === undefined ? {} : { byUsd: picoToUsd(byPico) }),
  ...(rule === undefined ? {} : { rule }),
  ...(untilMs === undefined ? {} : { until: iso(untilMs) }),
  ...(ended === undefined ? {} : { ended }),
  ...{ reason, by, at: iso(atMs) },
});
