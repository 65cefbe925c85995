export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The object at `where`, or a RangeError that names the place: our own template is wrong, and no caller can mend that. */
export function object(value: Json | undefined, where: string): JsonObject {
  if (!isObject(value)) throw new RangeError(`${where}: expected an object, found ${JSON.stringify(value)}`);
  return value;
}

export function text(value: Json | undefined, where: string): string {
  if (typeof value !== 'string') throw new RangeError(`${where}: expected a string, found ${JSON.stringify(value)}`);
  return value;
}

/** The list at `where`; absent is empty. */
export function list(value: Json | undefined, where: string): readonly Json[] {
  if (value === undefined) return [];
  if (!isList(value)) throw new RangeError(`${where}: expected a list, found ${JSON.stringify(value)}`);
  return value;
}

/** A string or a list of strings, as policies write them. */
export function texts(value: Json | undefined, where: string): readonly string[] {
  if (typeof value === 'string') return [value];
  return list(value, where).map((item) => text(item, where));
}

export function parseJson(source: string): Json {
  return JSON.parse(source);
}

/** The object in a request's body; a body that is not one is empty: the service itself then refuses it in its own words. */
export function parseObject(body: Buffer): JsonObject {
  try {
    const value = parseJson(body.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
