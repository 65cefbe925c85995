import { WHOLE_FEATURE } from '../core/gate-pause.ts';
import { featureScope, leavesOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';

/**
 * Pauses a template of a feature, or the feature whole, in the very items that its calls are held in: a call admitted after these writes does not
 * pass. Undefined ends the pause. Repeatable; interrupted between two shards of a split feature, repeat it.
 */
export async function pauseGates(
  { feature, template = WHOLE_FEATURE }: { readonly feature: string; readonly template?: string },
  untilMs: number | undefined,
  { gates, settings }: Pick<MoneyPorts, 'gates' | 'settings'>,
): Promise<void> {
  const leaves = leavesOf(settings.features[feature] ?? { name: feature, shards: 1 });
  const scopes = new Set([featureScope(feature), ...leaves]);
  await Promise.all([...scopes].map((scope) => gates.setPause(scope, template, untilMs)));
}
