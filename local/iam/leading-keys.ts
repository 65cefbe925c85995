type ContextValue = string | string[];

export const LEADING_KEYS = 'dynamodb:LeadingKeys';
const COMPARED = new RegExp(`"${LEADING_KEYS}":(\\[[^\\]]*\\]|"[^"]*")`, 'g');
/** Stands for every partition key that no policy names. */
const UNNAMED = 'named-by-no-policy';

/**
 * Partition keys are as many as items, and a verdict for each would cost a simulation a call: keys that no policy names are all alike to
 * the policies, so one stands for them. Where a policy compares with a pattern, keys are left as they are.
 */
export function leadingKeyClasses(policyText: string): (keys: ContextValue) => ContextValue {
  const compared = [...policyText.matchAll(COMPARED)].map((match) => match[1] ?? '');
  if (compared.some((values) => /[*?]|\$\{/.test(values))) return (keys) => keys;
  const named = new Set(compared.flatMap((values) => [...values.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')));
  return (keys) => [...new Set([keys].flat().map((key) => (named.has(key) ? key : UNNAMED)))].sort();
}
