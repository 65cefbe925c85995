import { createHash } from 'node:crypto';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { parseBedrockId } from './model-id.ts';
import { CATALOG, type Catalog, priceRows } from './price-rows.ts';

export type PricedModel = { readonly provider: ModelSettings['provider']; readonly modelId: string };

const VENDORS = ['anthropic', 'google', 'openai'] as const;
/** Bedrock models are priced by scope: these three stand for all prefixes. */
const SCOPES = ['global.', 'us.', ''] as const;

/** Every model that has a price, as a configuration may name it; Bedrock's in each scope, without date and version. */
export function pricedModels({ book, overlay }: Catalog = CATALOG): PricedModel[] {
  const named = (provider: string): string[] => [
    ...Object.keys(book.providers[provider] ?? {}),
    ...overlay.newer.filter((newer) => newer.provider === provider).map((newer) => newer.model),
  ];
  const bedrock = new Set(named('bedrock').map((id) => parseBedrockId(id.replace(/^regional\./, '')).dated));
  return [
    ...[...bedrock].flatMap((base) => SCOPES.map((scope) => ({ provider: 'bedrock' as const, modelId: `${scope}${base}` }))),
    ...VENDORS.flatMap((provider) => [...new Set(named(provider))].map((modelId) => ({ provider, modelId }))),
  ];
}

/**
 * Goes into every ledger entry beside its unit prices: at most 20 characters, the newest day that a price was read, and a digest of every
 * row of every model, so that it changes with any price, source or rule.
 */
export function priceBookVersion(catalog: Catalog = CATALOG): string {
  const rows = pricedModels(catalog).map((model) => ({ ...model, rows: priceRows(model.provider, model.modelId, catalog) }));
  const text = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  const { overlay, book } = catalog;
  const days = [book, ...overlay.newer, ...overlay.hourWrites, ...overlay.half, ...overlay.implicitWrites].map(({ asOf }) => asOf);
  return `${days.sort().at(-1)}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** Of the prices that this installation has. */
export const PRICE_BOOK_VERSION = priceBookVersion();
