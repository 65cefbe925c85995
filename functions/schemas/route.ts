import * as z from 'zod';
import type { Refusal } from '../core/errors.ts';
import { SERVICE_TIERS } from '../core/service-tier.ts';
import type { RouteRequest } from '../core/wire/route.ts';
import { inferenceConfig, jsonObject, messages, system, toolConfig } from './converse.ts';
import { NAME } from './name.ts';

const MOST_DEPTH = 100;
const MOST_SCHEMA_BYTES = 64_000;

const RUN = /^[A-Za-z0-9._:-]{1,128}$/;
const name = z.string().regex(NAME, `must match ${NAME.source}`);
const run = z.string().regex(RUN, `must match ${RUN.source}`);
/** Shorter than a run's name, so that every ledger entry stays one write unit; a commit's hash fits. */
const VERSION = /^[A-Za-z0-9._:-]{1,48}$/;
const version = z.string().regex(VERSION, `must match ${VERSION.source}`);

/** A tag left out or empty is `untagged`, decided where observe mode is known; a tag of the wrong form is malformed. */
const tag = z.union([z.literal(''), name], `must match ${NAME.source}`).default('');

const routeRequest = z.strictObject({
  feature: tag,
  template: tag,
  templateVersion: version.exactOptional(),
  run: run.exactOptional(),
  parentRun: run.exactOptional(),
  messages,
  system: system.exactOptional(),
  inferenceConfig: inferenceConfig.exactOptional(),
  toolConfig: toolConfig.exactOptional(),
  outputConfig: jsonObject.exactOptional(),
  serviceTier: z.strictObject({ type: z.enum(SERVICE_TIERS) }).exactOptional(),
  expect: z
    .strictObject({
      jsonSchema: jsonObject.refine((schema) => JSON.stringify(schema).length <= MOST_SCHEMA_BYTES, 'must be at most 64,000 characters'),
    })
    .exactOptional(),
  /** Any name: whether it is configured and allowed is decided with the feature. */
  model: z.string().min(1).max(128).exactOptional(),
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable characters without spaces')
    .exactOptional(),
});

export type Parsed<Value> = { readonly kind: 'parsed'; readonly value: Value } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Reads a request. What is wrong is said by path and rule; values are never repeated, since they may be prompts. */
export function parseRouteRequest(value: unknown): Parsed<RouteRequest> {
  return tooDeep(value) ?? parseWith(routeRequest, value);
}

const outcomeReport = z.strictObject({ requestId: z.string().min(1).max(256), ok: z.boolean() });

/** Reads `{ requestId, ok }`: whether an answer was good. */
export const parseOutcome = (value: unknown): Parsed<{ requestId: string; ok: boolean }> => parseWith(outcomeReport, value);

export const malformed = (message: string, evidence: Refusal['evidence'] = {}): { kind: 'refused'; refusal: Refusal } => ({
  kind: 'refused',
  refusal: { reason: 'request_malformed', message, evidence },
});

/** Reads any value by a schema, or says what is wrong with it as a refusal. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown): Parsed<z.infer<Schema>> {
  const result = schema.safeParse(value);
  if (result.success) return { kind: 'parsed', value: result.data };
  const [issue, ...others] = result.error.issues;
  const path = issue?.path.map(String).join('.').slice(0, 200) || 'request';
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return malformed(`${path}: ${issue?.message.slice(0, 300) ?? 'is not allowed'}${more}`, { path });
}

/** Refuses what is nested so deeply that reading it would exhaust the stack: asked before anything walks through a value from outside. */
export const tooDeep = (value: unknown): { kind: 'refused'; refusal: Refusal } | undefined =>
  deeperThan(value, MOST_DEPTH) ? malformed(`the request is nested deeper than ${MOST_DEPTH} levels`) : undefined;

/** Whether a parsed JSON value is nested deeper than this. Without recursion: the value may be made to exhaust a stack. */
function deeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []));
  }
  return false;
}
