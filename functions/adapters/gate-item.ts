import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type BreakerFields, type ChunkHold, emptyGate, type Gate, type Hold, type Scope } from '../core/gate.ts';
import type { Item } from './dynamodb-client.ts';

/** Attribute names of a gate item; docs/storage.md explains them. Short, for the write unit of a gate is its size. */
export const gateAttributes = {
  day: (day: string) => `d#${day}`,
  month: (month: string) => `m#${month}`,
  hour: (hour: string) => `hr#${hour}`,
  window: (window: string) => `r#${window}`,
  allowance: (day: string) => `al#${day}`,
  granted: (child: Scope, day: string) => `g#${child}#${day}`,
  acceptedBack: (child: Scope, day: string) => `bk#${child}#${day}`,
  received: (day: string) => `in#${day}`,
  returned: (day: string) => `out#${day}`,
  hold: (id: string) => `h#${id}`,
  chunk: (chunkId: string) => `b#${chunkId}`,
  watermark: 'w',
  pause: (part: string) => `p#${part}`,
  tripped: (template: string) => `t#${template}`,
  openUntil: 'openUntil',
  probe: 'probe',
  trips: 'trips',
  reason: 'reason',
} as const;

/** `|` is in none of the names that a hold carries. */
const SEPARATOR = '|';
const BASE = 36;

/** A hold as one string, so that "is it still exactly mine" is one comparison. */
export function holdValue(hold: Hold): string {
  const { claimed, amountPico, day, hour = '', admittedAtMs, deadlineMs, template, model, run = '' } = hold;
  const parts = [claimed ? 'c' : 'o', amountPico, day, hour, admittedAtMs.toString(BASE), deadlineMs.toString(BASE), template, model, run];
  return parts.join(SEPARATOR);
}

function parseHold(id: string, value: string): Hold {
  const [phase, amount, day, hour, admitted, deadline, template, model, run] = value.split(SEPARATOR);
  if (amount === undefined || day === undefined || admitted === undefined || deadline === undefined) throw unreadable(id);
  if (template === undefined || model === undefined || !/^\d+$/.test(amount)) throw unreadable(id);
  return {
    id,
    amountPico: BigInt(amount),
    day,
    ...(hour === undefined || hour === '' ? {} : { hour }),
    admittedAtMs: Number.parseInt(admitted, BASE),
    deadlineMs: Number.parseInt(deadline, BASE),
    template,
    model,
    ...(run === undefined || run === '' ? {} : { run }),
    claimed: phase === 'c',
  };
}

export function chunkValue({ phase, amountPico, day, deadlineMs }: ChunkHold): string {
  return [phase, amountPico, day, deadlineMs.toString(BASE)].join(SEPARATOR);
}

function parseChunk(chunkId: string, value: string): ChunkHold {
  const [phase, amount, day, deadline] = value.split(SEPARATOR);
  if (amount === undefined || day === undefined || deadline === undefined || !/^\d+$/.test(amount)) throw unreadable(chunkId);
  if (phase !== 'open' && phase !== 'sealed') throw unreadable(chunkId);
  return { chunkId, amountPico: BigInt(amount), day, deadlineMs: Number.parseInt(deadline, BASE), phase };
}

/** A gate that we cannot read is a bug of ours: money must not move by guesses. */
const unreadable = (attribute: string) => new RangeError(`unreadable attribute in a gate: ${attribute}`);

/** Money kept as one number per period or per child, by the prefix of its attribute. */
const MONEY: Readonly<
  Record<
    string,
    | 'committedByDay'
    | 'committedByMonth'
    | 'committedByHour'
    | 'committedByWindow'
    | 'allowance'
    | 'granted'
    | 'acceptedBack'
    | 'received'
    | 'returned'
  >
> = {
  d: 'committedByDay',
  m: 'committedByMonth',
  hr: 'committedByHour',
  r: 'committedByWindow',
  al: 'allowance',
  g: 'granted',
  bk: 'acceptedBack',
  in: 'received',
  out: 'returned',
};

/** The gate that an item stands for; no item is an empty gate. */
export function parseGate(scope: Scope, item: Item | undefined): Gate {
  const money = Object.fromEntries(Object.values(MONEY).map((field) => [field, new Map<string, bigint>()]));
  const holds: Hold[] = [];
  const chunks: ChunkHold[] = [];
  const pauses: Record<string, number> = {};
  const tripped: Record<string, string> = {};
  for (const [attribute, value] of Object.entries(item ?? {})) {
    const cut = attribute.indexOf('#');
    if (cut < 0) continue;
    const [prefix, rest] = [attribute.slice(0, cut), attribute.slice(cut + 1)];
    const field = MONEY[prefix];
    if (field !== undefined) money[field]?.set(rest, BigInt(value.N ?? '0'));
    else if (prefix === 'h') holds.push(parseHold(rest, value.S ?? ''));
    else if (prefix === 'b') chunks.push(parseChunk(rest, value.S ?? ''));
    else if (prefix === 'p') pauses[rest] = Number(value.N ?? '0');
    else if (prefix === 't') tripped[rest] = value.S ?? '';
  }
  const amounts = Object.fromEntries(Object.entries(money).map(([field, byKey]) => [field, Object.fromEntries(byKey)]));
  return {
    ...emptyGate(scope),
    ...amounts,
    holds,
    chunks,
    watermarkMs: numberOf(item?.['w']) ?? 0,
    pauses,
    tripped,
    breaker: parseBreaker(item),
  };
}

const numberOf = (value: AttributeValue | undefined) => (value?.N === undefined ? undefined : Number(value.N));

function parseBreaker(item: Item | undefined): BreakerFields {
  const openUntilMs = numberOf(item?.['openUntil']);
  const probeId = item?.['probe']?.S;
  const reason = item?.['reason']?.S;
  return {
    trips: numberOf(item?.['trips']) ?? 0,
    ...(openUntilMs === undefined ? {} : { openUntilMs }),
    ...(probeId === undefined ? {} : { probeId }),
    ...(reason === undefined ? {} : { reason }),
  };
}
