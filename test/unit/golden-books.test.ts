import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { attemptEntry } from '../../functions/core/attempt-entry.ts';
import { localDay } from '../../functions/core/calendar.ts';
import { focus } from '../../functions/core/export/focus.ts';
import { usageCsv } from '../../functions/core/export/usage-csv.ts';
import { batchEntry } from '../../functions/core/job-answer.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import { receiptOf } from '../../functions/core/receipt.ts';
import { type Rollup, rollUp } from '../../functions/core/rollup.ts';
import { planAttempt, planRequest } from '../../functions/core/route-plan.ts';
import { SPEND_KEYS, spendBy } from '../../functions/core/spend.ts';
import { exportOf, rowsOf, sumOf } from '../support/export-world.ts';
import { checkFocus } from '../support/focus-checker.ts';
import { type GoldenPrice, goldenModel } from '../support/golden-price.ts';
import { GOLDEN_PRICES } from '../support/golden-prices.ts';
import { ask } from '../support/route-world.ts';
import { featureSettings, settings as makeSettings } from '../support/settings.ts';

const nameOf = (at: number) => `m${at}`;
const route = { cheap: 'm0', strong: 'm0', tolerance: 0 };
const settings = makeSettings({
  models: Object.fromEntries(GOLDEN_PRICES.map((row, at) => [nameOf(at), goldenModel(nameOf(at), row)])),
  features: { golden: featureSettings('golden', { openTemplates: true, allowModelOverride: true, route }) },
});

/** The row as the router, or the harvester, books it. */
function entryOf(row: GoldenPrice, at: number): LedgerEntry {
  const admittedAtMs = Date.parse(row.at);
  const template = `row-${at}`;
  if (row.mode === 'batch') {
    const who = { feature: 'golden', template, jobId: template, ulid: ulid(admittedAtMs), bodyHash: 'h', templateVersion: '', prefix: [] };
    const job = { ...who, deadlineMs: admittedAtMs, afterDeadline: 'wait', holdPico: 1n, maxTokens: 1 } as const;
    const day = localDay(admittedAtMs, settings.timezone);
    return batchEntry({ job, model: nameOf(at), admittedAtMs, day, usage: row.usage, stopReason: 'end_turn' }, settings);
  }
  const tier = row.mode === 'on_demand' ? {} : ({ serviceTier: { type: row.mode } } as const);
  const request = ask({ feature: 'golden', template, model: nameOf(at), ...tier });
  const planned = planRequest(request, settings, { callId: ulid(admittedAtMs), admittedAtMs });
  if (planned.kind === 'refused') throw new RangeError(planned.refusal.message);
  const attempt = planAttempt(planned.plan, settings, { ...planned.plan.decision, number: 1, escalated: false });
  if (!('bounds' in attempt)) throw new RangeError(attempt.message);
  const outcome = {
    usage: row.usage,
    stopReason: 'end_turn',
    latencyMs: 1,
    heldPico: 1n,
    fingerprint: '',
    templateVersion: '',
    prefix: [],
  };
  return attemptEntry(planned.plan, attempt, { ...outcome, ...(row.mode === 'on_demand' ? {} : { serviceTier: row.mode }) }, settings);
}

const entries = GOLDEN_PRICES.map(entryOf);
const rollups = rollUp(entries.toReversed());
const total = sumPico(GOLDEN_PRICES.map(({ costUsd }) => usdToPico(costUsd)));
/** Every row in November: where exports look. */
const november = rollups.map((rollup): Rollup => ({ ...rollup, day: '2026-11-22', hour: '2026-11-22T10' }));

describe('the golden table, whole', () => {
  it.each(GOLDEN_PRICES.map((row, at) => ({ ...row, at })))(
    '$provider/$id, $mode: entry, receipt and rollup say $costUsd',
    ({ costUsd, at }) => {
      const entry = entries[at];
      const rollup = rollups.find(({ template }) => template === `row-${at}`);
      if (entry === undefined || rollup === undefined) return expect.fail('each row has an entry and a rollup');
      const receipt = receiptOf({ entries: [entry], answering: entry, attempts: 1, budget: [], warnings: [] });
      expect([picoToUsd(entry.costPico), receipt.costUsd, picoToUsd(rollup.costPico)]).toEqual([costUsd, costUsd, costUsd]);
    },
  );

  it.each(SPEND_KEYS)('adds up by %s', (key) => {
    const { rows, totalPico } = spendBy(rollups, [key]);
    expect([totalPico, sumPico(rows.map(({ costPico }) => costPico))]).toEqual([total, total]);
  });

  it('is in the spreadsheet, row by row', async () => {
    const { text } = await exportOf(november, usageCsv, settings);
    const rows = rowsOf(text);
    expect(sumOf(rows, 'cost_usd')).toBe(total);
    for (const [at, { costUsd }] of GOLDEN_PRICES.entries())
      expect(rows.find(({ template }) => template === `row-${at}`)?.['cost_usd']).toBe(costUsd);
  });

  it('is in the FOCUS file, model by model', async () => {
    const { text } = await exportOf(november, focus(settings), settings);
    const rows = rowsOf(text);
    expect([checkFocus(text), sumOf(rows, 'ListCost')]).toEqual([[], total]);
    for (const [at, { costUsd }] of GOLDEN_PRICES.entries()) {
      const ofModel = rows.filter((row) => row['x_Model'] === nameOf(at));
      expect(picoToUsd(sumOf(ofModel, 'BilledCost'))).toBe(costUsd);
    }
  });
});
