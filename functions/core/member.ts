/** What stands at a path in something that came as JSON, or undefined. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return member(Object.entries(value).find(([key]) => key === name)?.[1], ...rest);
}
