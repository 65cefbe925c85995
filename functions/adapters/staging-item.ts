import * as z from 'zod';
import type { Chunk, Manifest } from '../core/batching.ts';
import type { PicoUsd } from '../core/money.ts';
import { type Item, itemKey, number, text } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';

export const chunkKeyOf = (chunkId: string): Item => itemKey(controlKeys.chunk(chunkId));
export const manifestKeyOf = (manifestId: string): Item => itemKey(controlKeys.manifest(manifestId));

export const chunkItem = (chunk: Chunk): Item => ({
  ...chunkKeyOf(chunk.chunkId),
  feature: text(chunk.feature),
  model: text(chunk.model),
  leaf: text(chunk.leaf),
  amountPico: number(chunk.hold.amountPico),
  day: text(chunk.hold.day),
  holdDeadlineMs: number(chunk.hold.deadlineMs),
  admittedAtMs: number(chunk.admittedAtMs),
  records: number(chunk.records),
  bytes: number(chunk.bytes),
  deadlineMs: number(chunk.deadlineMs),
  excluded: text(chunk.excluded.join(',')),
  phase: text(chunk.phase),
});

const chunkPhase = z.enum(['open', 'sealed', 'claimed', 'on_demand']);
const manifestPhase = z.enum(['gathering', 'frozen', 'submitted', 'harvested']);

export function chunkOf(item: Item): Chunk {
  const { string, count, list } = reader(item);
  const manifestId = item['manifestId']?.S;
  return {
    chunkId: string('sk'),
    feature: string('feature'),
    model: string('model'),
    leaf: string('leaf'),
    hold: {
      chunkId: string('sk'),
      amountPico: BigInt(item['amountPico']?.N ?? 0),
      day: string('day'),
      deadlineMs: count('holdDeadlineMs'),
      phase: 'sealed',
    },
    admittedAtMs: count('admittedAtMs'),
    records: count('records'),
    bytes: count('bytes'),
    deadlineMs: count('deadlineMs'),
    excluded: list('excluded').map(Number),
    phase: chunkPhase.parse(string('phase')),
    ...(manifestId === undefined ? {} : { manifestId }),
  };
}

export const manifestItem = (manifest: Manifest): Item => ({
  ...manifestKeyOf(manifest.manifestId),
  model: text(manifest.model),
  chunkIds: text(manifest.chunkIds.join(',')),
  records: number(manifest.records),
  createdAtMs: number(manifest.createdAtMs),
  phase: text(manifest.phase),
});

export function manifestOf(item: Item): Manifest {
  const { string, count, list } = reader(item);
  const jobRef = item['jobRef']?.S;
  const rejection = item['rejection']?.S;
  return {
    manifestId: string('sk'),
    model: string('model'),
    chunkIds: list('chunkIds'),
    records: count('records'),
    createdAtMs: count('createdAtMs'),
    phase: manifestPhase.parse(string('phase')),
    ...(jobRef === undefined ? {} : { jobRef }),
    ...(rejection === undefined ? {} : { rejection }),
    ...(item['progressLines'] === undefined
      ? {}
      : { progress: { lines: count('progressLines'), costPico: costsOf(list('progressCosts')) } }),
  };
}

export const costsText = (costPico: ReadonlyMap<string, PicoUsd>): string =>
  [...costPico].map(([chunkId, cost]) => `${chunkId}:${cost}`).join(',');

const costsOf = (parts: readonly string[]): Map<string, PicoUsd> =>
  new Map(
    parts.map((part) => {
      const [chunkId = '', cost = '0'] = part.split(':');
      return [chunkId, BigInt(cost)];
    }),
  );

/** Lists are comma-separated strings: ids and numbers have no commas, and one string costs less than a list of them. */
function reader(item: Item) {
  const string = (name: string): string => item[name]?.S ?? '';
  return {
    string,
    count: (name: string): number => Number(item[name]?.N ?? 0),
    list: (name: string): string[] =>
      string(name)
        .split(',')
        .filter((part) => part !== ''),
  };
}
