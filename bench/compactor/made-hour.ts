import { encodeTime } from 'ulid';
import { utcHour } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { meteredPico } from '../../functions/core/price-book.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { ledgerEntry } from '../../test/support/ledger-entry.ts';

const START_MS = Date.UTC(2026, 10, 20, 9);
export const HOUR = utcHour(START_MS);
const [FEATURES, TEMPLATES, HOUR_MS] = [20, 10, 3_600_000];
/** What all of them share; made once, for its id is slow to make. */
const COMMON = ledgerEntry({ admittedAtMs: START_MS, day: '2026-11-20' });
const PRICES = { input: 1_000_000n, cacheRead: 100_000n, cacheWrite5m: 1_250_000n, cacheWrite1h: 2_000_000n, output: 5_000_000n };

/** The entries of one busy hour in the order of the ledger, each made when it is asked for: twenty features of ten templates, two models, two modes. */
export function* madeEntries(count: number): Generator<LedgerEntry> {
  const each = Math.ceil(count / FEATURES / TEMPLATES);
  for (let at = 0; at < count; at += 1) yield entryAt(Math.floor(at / each), at % each, each);
}

function entryAt(group: number, call: number, calls: number): LedgerEntry {
  const feature = `feature-${String(Math.floor(group / TEMPLATES)).padStart(2, '0')}`;
  const template = `template-${group % TEMPLATES}`;
  const admittedAtMs = START_MS + Math.floor((call / calls) * HOUR_MS);
  const ulid = `${encodeTime(admittedAtMs, 10)}${String(call).padStart(8, '0')}${String(group).padStart(8, '0')}`;
  const isBatch = call % 10 === 0;
  const usage = { ...NO_USAGE, input: 900 + (call % 3_000), cacheRead: 4_000 + (call % 7), output: 200 + (call % 500) };
  const owner = `${feature}@acme.example`;
  const names = {
    feature,
    template,
    owner,
    team: `team-${group % 4}`,
    run: `run:${call % 1_000}`,
    model: call % 5 === 0 ? 'sonnet' : 'haiku',
  };
  const costPico = meteredPico(usage, PRICES);
  const cost = { usage, unitPrices: PRICES, costPico, holdPico: costPico * 3n };
  const prefix = isBatch ? [] : ['a1b2', `c${group % 10}d4`, call % 40 === 0 ? `e${call % 1_000}` : 'e5f6'];
  const requestId = requestIdOf(feature, template, ulid);
  return { ...COMMON, ...names, ...cost, requestId, admittedAtMs, mode: isBatch ? 'batch' : 'on_demand', prefix };
}
