import { Ajv, type ValidateFunction } from 'ajv';
import { canonicalJson } from '../core/canonical-json.ts';
import type { SchemaValidator } from '../core/cascade.ts';

const MOST_COMPILED = 200;

/**
 * JSON Schema by ajv, compiled once an environment and schema. A schema that cannot be compiled fits everything: an answer is never
 * thrown away, and a dearer model never asked, over a caller's broken schema.
 */
export function schemaValidator(): SchemaValidator {
  const compiled = new Map<string, ValidateFunction | 'broken'>();
  return (schema, value) => {
    const text = canonicalJson(schema);
    let check = compiled.get(text);
    if (check === undefined) {
      if (compiled.size >= MOST_COMPILED) compiled.clear();
      check = compile(text);
      compiled.set(text, check);
    }
    if (check === 'broken' || check(value)) return undefined;
    const [problem] = check.errors ?? [];
    return `${problem?.instancePath ?? ''} ${problem?.keyword ?? 'mismatch'}`.trim();
  };
}

function compile(text: string): ValidateFunction | 'broken' {
  try {
    const { $schema: _, $id: __, ...schema } = JSON.parse(text);
    return new Ajv({ strict: false, validateFormats: false, logger: false }).compile(schema);
  } catch {
    return 'broken';
  }
}
