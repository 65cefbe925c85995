import { describe, expect, it } from 'vitest';
import { liveHours } from '../../functions/use-cases/live-hours.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { settings as makeSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 30);
const MONTH_AGO = Date.UTC(2026, 9, 23);
const settings = makeSettings({ timezone: 'UTC' });

async function world({ firstMoney, closedHour, dirty }: { firstMoney?: string; closedHour?: string; dirty?: string }) {
  const [gates, ledger] = [memoryGates(), memoryLedger()];
  const deadlineMs = Date.parse(`${firstMoney}T00:01:00Z`);
  const hold = {
    id: `${ledgerEntry().requestId.split('.')[2]}#1`,
    amountPico: 1n,
    day: firstMoney ?? '',
    template: 'extract',
    model: 'haiku',
  };
  if (firstMoney !== undefined)
    await gates.hold('feature:invoice-extractor', { ...hold, admittedAtMs: NOW, deadlineMs, claimed: false }, {}, { debtAllowed: true });
  if (closedHour !== undefined) await ledger.setProgress({ closedHour });
  if (dirty !== undefined) await ledger.markDirty(dirty, 'late');
  return [...(await liveHours(MONTH_AGO, { gates, ledger, settings, now: () => NOW }))];
}

describe('the hours whose entries are read', () => {
  it('are, before the first compaction, those since the first money that any gate knows: not a month of empty ones', async () => {
    const hours = await world({ firstMoney: '2026-11-22' });
    expect([hours.length, hours[0], hours.at(-1)]).toEqual([11, '2026-11-22T00', '2026-11-22T10']);
  });

  it('are the running one alone where no gate has money', async () => {
    expect(await world({})).toEqual(['2026-11-22T10']);
  });

  it('are, later, those after the last closed one, and those in which an entry came late', async () => {
    const hours = await world({ firstMoney: '2026-11-01', closedHour: '2026-11-22T08', dirty: '2026-11-03T07' });
    expect(hours).toEqual(['2026-11-22T09', '2026-11-22T10', '2026-11-03T07']);
  });
});
