import type { Item } from './dynamodb-client.ts';

/** An item's strings, numbers (as decimal strings) and booleans as a plain object, for a schema to check. */
export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([attribute, value]) => [attribute, value.S ?? value.N ?? value.BOOL]));
}
