import { DAY_MS } from '../../functions/core/calendar.ts';
import { findPrice } from '../../functions/core/price-book.ts';
import { knowsOutputOf } from '../catalog/model-facts.ts';
import { parseBedrockId } from '../prices/model-id.ts';
import { REGION_PRICED } from '../prices/overlay.ts';
import { priceBook } from '../prices/price-book.ts';
import { priceRows } from '../prices/price-rows.ts';
import type { Finding } from './configuration-problem.ts';
import { splitModelId } from './model-id.ts';
import { prefixesFor, regionMismatch } from './model-region.ts';
import type { ModelShape } from './model-shape.ts';
import { nearestName } from './nearest-name.ts';
import type { SoundParts } from './salvage.ts';

const STALE_AFTER_MS = 90 * DAY_MS;

/** Pinned, priced, callable from the region, with what their vendor needs. */
export function checkModels({ models }: SoundParts, context: { region: string; nowMs: number }): Finding[] {
  const entries = Object.entries(models ?? {});
  const none = models !== undefined && entries.length === 0 ? [{ path: ['models'], message: 'no model is configured' }] : [];
  return [
    ...none,
    ...entries.flatMap(([name, model]) => [...checkId(name, model, context.region), ...checkPrice(name, model, context.nowMs)]),
    ...sameIds(entries),
  ];
}

function checkId(name: string, model: ModelShape, region: string): Finding[] {
  const path = ['models', name, 'id'];
  const { provider, modelId } = splitModelId(model.id);
  const findings: Finding[] = [];
  if (isFloating(modelId))
    findings.push({ path, message: 'a model id must be pinned: "latest" changes under you', allowed: 'an id with a version or date' });
  if (provider === 'bedrock') {
    const { prefix, base } = parseBedrockId(modelId);
    const mismatch = regionMismatch(prefix, region);
    if (mismatch !== undefined) {
      const allowed = `for ${region}: ${prefixesFor(region).join(', ')} or a bare id`;
      findings.push({ path, message: `prefix does not fit the region ${region}: ${mismatch}`, allowed });
    }
    if (model.apiKeySecret !== undefined)
      findings.push({
        path: ['models', name, 'apiKeySecret'],
        message: 'Bedrock takes no API key',
        allowed: 'nothing: the functions’ roles are used',
      });
    if (!['', 'us', 'global'].includes(prefix) && REGION_PRICED.test(base) && model.price === undefined) {
      findings.push({
        path,
        severity: 'warning',
        message: 'priced as in the US; this region’s price may differ',
        allowed: `your region’s price under models.${name}.price`,
      });
    }
    if (!knowsOutputOf(base))
      findings.push({
        path,
        severity: 'warning',
        message: 'unknown model: its output is bounded at 4,096 tokens and it gets few cache points',
      });
  } else if (model.apiKeySecret === undefined) {
    findings.push({
      path: ['models', name],
      message: `apiKeySecret is missing: ${provider} needs an API key`,
      allowed: 'the name of a Secrets Manager secret',
    });
  }
  return findings;
}

const isFloating = (modelId: string): boolean => /latest/i.test(modelId);

function checkPrice(name: string, model: ModelShape, nowMs: number): Finding[] {
  if (model.price !== undefined) return [];
  const path = ['models', name, 'id'];
  const { provider, modelId } = splitModelId(model.id);
  const rows = priceRows(provider, modelId);
  const row = findPrice(rows, 'on_demand', nowMs);
  if (row === undefined && isFloating(modelId)) return [];
  if (row === undefined)
    return [
      {
        path,
        message: `no price is known for ${modelId}, and an unpriced model is never called`,
        allowed: unpricedHint(name, provider, modelId),
      },
    ];
  if (nowMs - Date.parse(row.asOf) <= STALE_AFTER_MS) return [];
  return [
    {
      path,
      severity: 'warning',
      message: `its price was read on ${row.asOf}, more than 90 days ago`,
      allowed: `npm run prices, or models.${name}.price`,
    },
  ];
}

function unpricedHint(name: string, provider: string, modelId: string): string {
  const near = nearestName(modelId, Object.keys(priceBook.providers[provider] ?? {}));
  return `a priced model${near === undefined ? '' : ` (did you mean ${near}?)`}, or your own price: models.${name}.price: { input: USD per million tokens, output: ... }`;
}

function sameIds(entries: readonly [string, ModelShape][]): Finding[] {
  return entries.flatMap(([name, model], at) => {
    const other = entries.slice(0, at).find(([, earlier]) => earlier.id === model.id && earlier.baseUrl === model.baseUrl);
    return other === undefined
      ? []
      : [{ path: ['models', name, 'id'], severity: 'warning' as const, message: `the same model as ${other[0]}` }];
  });
}
