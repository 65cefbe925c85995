import * as z from 'zod';

/** A map by name without a prototype: looking up `constructor` in it, a legal name, finds nothing. */
export const byName = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value).transform((record) => {
    Object.setPrototypeOf(record, null);
    return record;
  });
