import type { z } from 'zod';
import type { ConfigurationPath, Finding } from './configuration-problem.ts';
import { configurationShape } from './configuration-shape.ts';
import { shapeFindings, valueAt } from './shape-findings.ts';

const partialShape = configurationShape.partial();

/** The parts of a configuration that are well formed: what the other checks can still look at. */
export type SoundParts = z.infer<typeof partialShape>;

const ROUNDS = 10;

/** Finds what is wrong with the shape, and keeps the sound rest, so that one run reports everything. */
export function salvage(value: unknown): { findings: readonly Finding[]; parts: SoundParts } {
  const whole = configurationShape.safeParse(value);
  if (whole.success) return { findings: [], parts: whole.data };
  const findings = shapeFindings(whole.error.issues, value);
  const rest: unknown = structuredClone(value);
  for (let round = 0; round < ROUNDS; round += 1) {
    const parsed = partialShape.safeParse(rest);
    if (parsed.success) return { findings, parts: parsed.data };
    for (const { path } of shapeFindings(parsed.error.issues, rest)) remove(rest, path);
  }
  return { findings, parts: {} };
}

/** Removes the value; where there is none to remove (a missing part), the group that lacks it. */
function remove(value: unknown, path: ConfigurationPath): void {
  const key = path.at(-1);
  if (key === undefined) return;
  const parent = valueAt(value, path.slice(0, -1));
  if (typeof parent !== 'object' || parent === null || !Reflect.has(parent, key)) remove(value, path.slice(0, -1));
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}
