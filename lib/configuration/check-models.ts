import { checkModelId } from './check-model-id.ts';
import { checkPrices } from './check-prices.ts';
import type { Finding } from './configuration-problem.ts';
import type { ModelShape } from './model-shape.ts';
import type { SoundParts } from './salvage.ts';

/** Pinned, priced, callable from the region, with what their vendor needs. */
export function checkModels({ models }: SoundParts, context: { region: string; nowMs: number }): Finding[] {
  const entries = Object.entries(models ?? {});
  const none = models !== undefined && entries.length === 0 ? [{ path: ['models'], message: 'no model is configured' }] : [];
  return [
    ...none,
    ...entries.flatMap(([name, model]) => [...checkModelId(name, model, context.region), ...checkPrices(name, model, context)]),
    ...sameIds(entries),
  ];
}

function sameIds(entries: readonly [string, ModelShape][]): Finding[] {
  return entries.flatMap(([name, model], at) => {
    const other = entries.slice(0, at).find(([, earlier]) => earlier.id === model.id && earlier.baseUrl === model.baseUrl);
    return other === undefined
      ? []
      : [{ path: ['models', name, 'id'], severity: 'warning' as const, message: `the same model as ${other[0]}` }];
  });
}
