import { type LedgerEntry, parseRequestId } from '../core/ledger.ts';
import type { Rollup } from '../core/rollup.ts';
import type { Usage } from '../core/usage.ts';
import { storedEntry, storedRollup } from '../schemas/ledger-entry.ts';
import { type Item, number, text } from './dynamodb-client.ts';
import { plainItem } from './plain-item.ts';

const VERSION = 1;
const usageTuple = (u: Usage) => [u.input, u.cacheRead, u.cacheWrite5m, u.cacheWrite1h, u.output, u.reasoning];
const usageOf = ([input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning]: readonly [
  number,
  number,
  number,
  number,
  number,
  number,
]): Usage => ({
  input,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h,
  output,
  reasoning,
});

/** An entry's attributes, without its key: under 1 KB, so that it is one write unit. */
export function entryItem(entry: LedgerEntry): Item {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = entry.unitPrices;
  const facts = {
    tv: entry.templateVersion,
    id: entry.modelId,
    p: entry.provider,
    m: entry.mode,
    arm: entry.arm,
    esc: entry.escalated,
    why: entry.reason,
    u: usageTuple(entry.usage),
    up: [input, cacheRead, cacheWrite5m, cacheWrite1h, output].map(String),
    pb: entry.priceBook,
    ms: entry.latencyMs,
    stop: entry.stopReason,
    fp: entry.fingerprint,
    wr: entry.wouldRefuse,
  };
  return {
    v: number(VERSION),
    kind: text(entry.kind),
    requestId: text(entry.requestId),
    attempt: number(entry.attempt),
    hour: text(entry.hour),
    day: text(entry.day),
    at: number(entry.admittedAtMs),
    owner: text(entry.owner),
    team: text(entry.team),
    ...(entry.run === undefined ? {} : { run: text(entry.run) }),
    model: text(entry.model),
    cost: number(entry.costPico),
    held: number(entry.holdPico),
    facts: text(JSON.stringify(facts)),
  };
}

/** Reads an entry back. RangeError when it is not one of ours: money must not be added up by guesses. */
export function parseEntry(item: Item): LedgerEntry {
  const plain = plainItem(item);
  const numbers = { v: Number(plain['v']), attempt: Number(plain['attempt']), at: Number(plain['at']) };
  const facts: unknown = JSON.parse(String(plain['facts']));
  const parsed = storedEntry.safeParse({ ...plain, ...numbers, facts });
  const names = parseRequestId(String(plain['requestId']));
  if (!parsed.success || names === undefined) throw new RangeError(`unreadable ledger entry ${plain['pk']} ${plain['sk']}`);
  const { data } = parsed;
  const [input, cacheRead, cacheWrite5m, cacheWrite1h, output] = data.facts.up;
  return {
    kind: data.kind,
    requestId: data.requestId,
    attempt: data.attempt,
    feature: names.feature,
    template: names.template,
    templateVersion: data.facts.tv,
    owner: data.owner,
    team: data.team,
    ...(data.run === undefined ? {} : { run: data.run }),
    model: data.model,
    modelId: data.facts.id,
    provider: data.facts.p,
    mode: data.facts.m,
    arm: data.facts.arm,
    escalated: data.facts.esc,
    reason: data.facts.why,
    admittedAtMs: data.at,
    hour: data.hour,
    day: data.day,
    usage: usageOf(data.facts.u),
    unitPrices: { input, cacheRead, cacheWrite5m, cacheWrite1h, output },
    priceBook: data.facts.pb,
    costPico: data.cost,
    holdPico: data.held,
    latencyMs: data.facts.ms,
    stopReason: data.facts.stop,
    fingerprint: data.facts.fp,
    ...(data.facts.wr === undefined ? {} : { wouldRefuse: data.facts.wr }),
  };
}

export function rollupItem(rollup: Rollup): Item {
  return {
    v: number(VERSION),
    hour: text(rollup.hour),
    day: text(rollup.day),
    feature: text(rollup.feature),
    template: text(rollup.template),
    owner: text(rollup.owner),
    team: text(rollup.team),
    model: text(rollup.model),
    mode: text(rollup.mode),
    calls: number(rollup.calls),
    escalations: number(rollup.escalations),
    usage: text(JSON.stringify(usageTuple(rollup.usage))),
    cost: number(rollup.costPico),
    assumed: number(rollup.assumedPico),
    correction: number(rollup.correctionPico),
  };
}

export function parseRollup(item: Item): Rollup {
  const plain = plainItem(item);
  const usage: unknown = JSON.parse(String(plain['usage']));
  const numbers = { v: Number(plain['v']), calls: Number(plain['calls']), escalations: Number(plain['escalations']) };
  const parsed = storedRollup.safeParse({ ...plain, ...numbers, usage });
  if (!parsed.success) throw new RangeError(`unreadable rollup ${plain['pk']} ${plain['sk']}`);
  const { cost, assumed, correction, usage: tokens, v: _, ...rest } = parsed.data;
  return { ...rest, usage: usageOf(tokens), costPico: cost, assumedPico: assumed, correctionPico: correction };
}
