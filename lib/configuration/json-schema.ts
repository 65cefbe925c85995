import { z } from 'zod';
import { configurationShape } from './configuration-shape.ts';

/** The JSON Schema that editors use: what `docs/spillway.schema.json` holds. */
export function configurationJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configurationShape, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'spillway.yaml', ...schema };
}

let known: Record<string, unknown> | undefined;
/** Made once: every finding asks for it. */
function schemaOnce(): Record<string, unknown> {
  known ??= configurationJsonSchema();
  return known;
}

/** That schema as its file holds it. */
export const renderConfigurationSchema = (): string => `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`;

const node = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** What the schema says about a path: which keys an object there may have, which values or range are allowed, what the field is for. */
export type FieldFacts = {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly range: string | undefined;
  readonly description: string | undefined;
};

export function fieldFacts(path: readonly (string | number)[]): FieldFacts {
  const found = path.reduce<unknown[]>((schemas, step) => schemas.flatMap((schema) => stepInto(schema, step)), [schemaOnce()]);
  const nodes = found.flatMap(branches);
  return {
    keys: nodes.flatMap((each) => Object.keys(each.properties ?? {})),
    values: nodes.flatMap((each) => each.enum ?? []).map(String),
    range: nodes.map(rangeOf).find((text) => text !== undefined),
    description: found.map((each) => node.safeParse(each).data?.description).find((text) => text !== undefined),
  };
}

/** The schema of a whole number carries JavaScript's own bounds, which say nothing. */
function rangeOf({ minimum, exclusiveMinimum, maximum }: z.infer<typeof node>): string | undefined {
  const telling = (bound: number | undefined) => (bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound);
  const [least, above, most] = [telling(minimum), telling(exclusiveMinimum), telling(maximum)];
  const from = least === undefined ? (above === undefined ? undefined : `more than ${above}`) : `at least ${least}`;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return most === undefined ? from : [from, `at most ${most}`].filter((part) => part !== undefined).join(', ');
}

function branches(schema: unknown): z.infer<typeof node>[] {
  const parsed = node.safeParse(schema);
  if (!parsed.success) return [];
  return [parsed.data, ...(parsed.data.anyOf ?? []).flatMap(branches)];
}

function stepInto(schema: unknown, step: string | number): unknown[] {
  return branches(schema).flatMap((each) => {
    if (typeof step === 'number') return [each.items];
    const property = each.properties?.[step];
    return property === undefined ? [each.additionalProperties] : [property];
  });
}
