import { type LedgerEntry, requestIdOf } from '../core/ledger.ts';
import type { UnitPrices } from '../core/price-book.ts';
import { joinPrefix, splitPrefix } from '../core/template-version.ts';
import { hourOfRequest, ulidTimeMs } from '../core/ulid-time.ts';
import type { Usage } from '../core/usage.ts';
import { type ReadFacts, type StoredFacts, storedEntry } from '../schemas/ledger-entry.ts';
import { type Item, number, text } from './dynamodb-client.ts';
import { plainItem } from './plain-item.ts';

export const VERSION = 2;
type Six = [number, number, number, number, number, number];
export const usageTuple = (u: Usage): Six => [u.input, u.cacheRead, u.cacheWrite5m, u.cacheWrite1h, u.output, u.reasoning];
export const usageOf = ([input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning]: Readonly<Six>): Usage => ({
  input,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h,
  output,
  reasoning,
});

type Five = [number, number, number, number, number];
const priceTuple = ({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }: UnitPrices): Five => [
  Number(input),
  Number(cacheRead),
  Number(cacheWrite5m),
  Number(cacheWrite1h),
  Number(output),
];

/** An entry's attributes, without its key (which is its request, attempt, instant and hour): under 1 KB in all, so that it is one write unit. */
export function entryItem(entry: LedgerEntry): Item {
  const facts: StoredFacts = [
    entry.templateVersion,
    entry.modelId,
    entry.answeredBy ?? '',
    entry.provider,
    entry.mode,
    entry.arm,
    entry.escalated ? 1 : 0,
    entry.reason,
    usageTuple(entry.usage),
    entry.seenOutputTokens ?? null,
    priceTuple(entry.unitPrices),
    entry.priceBook,
    entry.latencyMs,
    entry.stopReason,
    entry.fingerprint,
    joinPrefix(entry.prefix),
    entry.wouldRefuse ?? '',
  ];
  return {
    v: number(VERSION),
    kind: text(entry.kind),
    day: text(entry.day),
    owner: text(entry.owner),
    team: text(entry.team),
    ...(entry.run === undefined ? {} : { run: text(entry.run) }),
    model: text(entry.model),
    cost: number(entry.costPico),
    held: number(entry.holdPico),
    facts: text(JSON.stringify(facts)),
  };
}

const SORT_KEY = /^([a-z0-9_-]+)#([a-z0-9_-]+)#([0-9A-HJKMNP-TV-Z]{26})#(\d+)(#correction)?$/;

/** Reads an entry back. RangeError when it is not one of ours: money must not be added up by guesses. */
export function parseEntry(item: Item): LedgerEntry {
  const plain = plainItem(item);
  const facts: unknown = JSON.parse(String(plain['facts']));
  const parsed = storedEntry.safeParse({ ...plain, v: Number(plain['v']), facts });
  const [, feature, template, ulid, attempt] = SORT_KEY.exec(String(plain['sk'])) ?? [];
  if (!parsed.success || feature === undefined || template === undefined || ulid === undefined)
    throw new RangeError(`unreadable ledger entry ${plain['pk']} ${plain['sk']}`);
  const { kind, day, owner, team, run, model, cost, held, facts: stored } = parsed.data;
  const requestId = requestIdOf(feature, template, ulid);
  return {
    ...{ kind, requestId, attempt: Number(attempt), feature, template, owner, team },
    ...(run === undefined ? {} : { run }),
    ...{ model, admittedAtMs: ulidTimeMs(ulid), hour: hourOfRequest(requestId), day, costPico: cost, holdPico: held },
    ...factsOf(stored),
  };
}

function factsOf(stored: ReadFacts) {
  const [templateVersion, modelId, answeredBy, provider, mode, arm, escalated, reason, usage, seen, prices, ...rest] = stored;
  const [priceBook, latencyMs, stopReason, fingerprint, prefix, wouldRefuse] = rest;
  const [input, cacheRead, cacheWrite5m, cacheWrite1h, output] = prices;
  return {
    ...{ templateVersion, modelId, provider, mode, arm, escalated: escalated === 1, reason, usage: usageOf(usage) },
    ...(answeredBy === '' ? {} : { answeredBy }),
    ...(seen === null ? {} : { seenOutputTokens: seen }),
    unitPrices: { input, cacheRead, cacheWrite5m, cacheWrite1h, output },
    ...{ priceBook, latencyMs, stopReason, fingerprint, prefix: splitPrefix(prefix) },
    ...(wouldRefuse === '' ? {} : { wouldRefuse }),
  };
}
