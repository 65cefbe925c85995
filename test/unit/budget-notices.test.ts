import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { noticeAt } from '../../functions/core/budget-notice.ts';
import { usdToPico } from '../../functions/core/money.ts';
import type { Alert } from '../../functions/ports/alerts.ts';
import { BudgetNotices } from '../../functions/use-cases/budget-notices.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryMarks } from '../support/memory-marks.ts';
import { ask, routeWorld } from '../support/route-world.ts';
import { featureSettings, settings as makeSettings } from '../support/settings.ts';

const LEAF = 'feature:invoice-extractor';
const NOW = Date.UTC(2026, 10, 22, 10);
const caps = { dailyPico: usdToPico(100), monthlyPico: usdToPico(1_000) };
const settings = makeSettings({ features: { 'invoice-extractor': featureSettings('invoice-extractor', { caps }) } });

function world({ marks = memoryMarks(), failing = 0 } = {}) {
  const alerts: Alert[] = [];
  const logged: string[] = [];
  let fails = failing;
  const publish = async (alert: Alert) => {
    if (fails-- > 0) throw new Error('SNS is down');
    alerts.push(alert);
  };
  const log = (event: string) => void logged.push(event);
  const notices = new BudgetNotices({ settings, alerts: { publish }, marks, now: () => NOW, log });
  const gates = notices.watching(memoryGates());
  let calls = 0;
  const hold = async (usd: number, day = '2026-11-22') => {
    const id = `${ulid(NOW + calls++)}#1`;
    const hold = {
      id,
      amountPico: usdToPico(usd),
      day,
      admittedAtMs: NOW,
      deadlineMs: NOW,
      template: 'extract',
      model: 'haiku',
      claimed: false,
    };
    await gates.hold(LEAF, hold, {}, { debtAllowed: true });
    await notices.tell();
    return hold;
  };
  const told = () => alerts.map(({ evidence }) => `${evidence['period']} ${evidence['percent']}`);
  return { gates, notices, alerts, logged, marks, hold, told };
}

describe('a budget’s owner', () => {
  it('is told at 50, 80 and 95 per cent, once each, with what is committed', async () => {
    const { hold, told, alerts } = world();
    for (let call = 0; call < 20; call++) await hold(5);
    expect(told()).toEqual(['daily 50', 'daily 80', 'daily 95']);
    expect(alerts[1]).toMatchObject({
      kind: 'budget_notice',
      scope: LEAF,
      owner: 'invoice-extractor@acme.example',
      evidence: { scope: LEAF, period: 'daily', percent: 80, capUsd: '100', committedUsd: '80' },
    });
  });

  it('is told the highest share alone when one call passes several, and nothing when it falls and rises again', async () => {
    const { gates, hold, told } = world();
    const large = await hold(96);
    await gates.settle(LEAF, large, 0n);
    for (let call = 0; call < 20; call++) await hold(5);
    expect(told()).toEqual(['daily 95']);
  });

  it('is told anew of another day, and of the month', async () => {
    const { hold, told } = world();
    for (let day = 10; day < 20; day++) await hold(60, `2026-11-${day}`);
    expect(told().toSorted()).toEqual([...Array.from({ length: 9 }, () => 'daily 50'), 'monthly 50', 'daily 50'].toSorted());
  });

  it('is told by one environment alone', async () => {
    const first = world();
    const second = world({ marks: first.marks });
    await Promise.all([first.hold(55), second.hold(55)]);
    expect([...first.told(), ...second.told()]).toEqual(['daily 50']);
  });
});

describe('a routed call that passes a share of its budget', () => {
  it('tells the owner beside the model call, and the next one tells nobody', async () => {
    const small = featureSettings('invoice-extractor', { caps: { dailyPico: usdToPico('0.0101') } });
    const { ports, alerts } = routeWorld({ settings: makeSettings({ features: { 'invoice-extractor': small } }) });
    for (let call = 0; call < 2; call++) expect((await routeRequest(ask(), ports)).kind).toBe('answered');
    expect(alerts).toMatchObject([{ kind: 'budget_notice', scope: LEAF, evidence: { period: 'daily', percent: 50, capUsd: '0.0101' } }]);
  });
});

describe('an owner who cannot be told', () => {
  it('is no reason to refuse, and it is said in the log', async () => {
    const { hold, told, logged } = world({ failing: 1 });
    await hold(55);
    expect([told(), logged]).toEqual([[], ['notice_not_sent']]);
  });
});

describe('the share of a cap', () => {
  it.each([
    [49_999, undefined],
    [50_000, 50],
    [79_999, 50],
    [80_000, 80],
    [94_999, 80],
    [95_000, 95],
    [250_000, 95],
  ])('%d of 100,000 is told as %s', (committed, expected) => {
    expect(noticeAt({ capPico: 100_000n, committedPico: BigInt(committed) })).toBe(expected);
  });

  it('of nothing is nothing', () => {
    expect(noticeAt({ capPico: 0n, committedPico: 0n })).toBeUndefined();
  });
});
