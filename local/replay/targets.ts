import { createHash } from 'node:crypto';
import type { Settings } from '../../functions/core/settings.ts';

/** A feature's template that calls can be sent to, and what it takes. */
export type Target = {
  readonly feature: string;
  readonly template: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

const OPEN_TEMPLATE = 'replay';

/** Every configured template; of a feature that takes any name, one. RangeError when `only` names none. */
export function targetsOf(settings: Settings, only: { readonly feature?: string; readonly template?: string } = {}): Target[] {
  const targets = Object.values(settings.features).flatMap((feature) => {
    const { inputTokens, outputTokens } = feature.limits;
    const named = Object.keys(feature.templates);
    const open = feature.openTemplates ? [only.template ?? OPEN_TEMPLATE].filter((name) => !named.includes(name)) : [];
    return [...named, ...open].map((template) => ({ feature: feature.name, template, inputTokens, outputTokens }));
  });
  const fits = (target: Target) =>
    (only.feature ?? target.feature) === target.feature && (only.template ?? target.template) === target.template;
  const chosen = targets.filter(fits);
  if (chosen.length > 0) return chosen;
  const known = targets.map(({ feature, template }) => `${feature}/${template}`).join(', ');
  throw new RangeError(`no such feature or template is configured; known: ${known}`);
}

/** Where calls of one affinity go: always the same of those that can take them; the widest when none can (the router refuses, and says so). */
export function targetFor(targets: readonly Target[], need: { inputTokens: number; outputTokens: number }, affinity: string): Target {
  const able = targets.filter((target) => target.inputTokens >= need.inputTokens && target.outputTokens >= need.outputTokens);
  const widest = targets.toSorted((a, b) => b.inputTokens - a.inputTokens)[0];
  const number = createHash('sha256').update(affinity).digest().readUInt32BE(0);
  const target = able[number % Math.max(1, able.length)] ?? widest;
  if (target === undefined) throw new RangeError('no feature is configured');
  return target;
}
