import type * as z from 'zod';

/** Reads and checks the function's environment, once, at cold start: the one reader of `process.env`. A bad deployment throws at once. */
export function readEnvironment<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(process.env);
  if (result.success) return result.data;
  const missing = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new RangeError(`this function is deployed with a wrong environment: ${missing}`);
}
