import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { drive } from '../../local/replay/drive.ts';
import { balances, checkLedger } from '../../local/replay/ledger-check.ts';
import { type Outcome, readOutcome } from '../../local/replay/outcome.ts';
import { summary, verdict } from '../../local/replay/summary.ts';
import { percentile, Tally } from '../../local/replay/tally.ts';
import { targetFor, targetsOf } from '../../local/replay/targets.ts';
import type { Lane } from '../../local/replay/trace.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { featureSettings, settings } from '../support/settings.ts';

const VERSION = 'replay-1';
const entry = (requestId: string, costPico: bigint, templateVersion = VERSION) => ledgerEntry({ requestId, costPico, templateVersion });
const answered = (requestId: string, costPico: bigint): Outcome => ({
  kind: 'answered',
  requestId,
  costPico,
  escalated: false,
  usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheWriteInputTokens: 4 },
});

describe('the check of receipts against the ledger', () => {
  it('holds when every attempt of every request is booked, whoever else books', () => {
    const entries = [entry('a', 1n), entry('a', 2n), entry('b', 4n), entry('c', 100n, 'other')];
    const check = checkLedger(
      entries,
      new Map([
        ['a', 3n],
        ['b', 4n],
      ]),
      VERSION,
    );
    expect(check).toMatchObject({ receiptsPico: 7n, ledgerPico: 7n, differing: [], unreceipted: 0 });
    expect(balances(check, 0)).toBe(true);
  });

  it('fails for one pico-dollar, even when the sums agree', () => {
    const costs = fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 20n }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(costs, fc.constantFrom(1n, -1n), (amounts, error) => {
        const receipts = new Map(amounts.map((amount, n) => [`r${n}`, amount]));
        const booked = amounts.map((amount, n) => entry(`r${n}`, amount));
        expect(balances(checkLedger(booked, receipts, VERSION), 0)).toBe(true);
        const swapped = booked.map(({ requestId, costPico }, n) => entry(requestId, costPico + (n === 0 ? error : n === 1 ? -error : 0n)));
        expect(balances(checkLedger(swapped, receipts, VERSION), 0)).toBe(false);
        expect(balances(checkLedger(booked.slice(1), receipts, VERSION), 0)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('allows an entry without a receipt only to a call that broke off', () => {
    const check = checkLedger([entry('a', 1n), entry('b', 5n)], new Map([['a', 1n]]), VERSION);
    expect(check).toMatchObject({ unreceipted: 1, unreceiptedPico: 5n });
    expect([balances(check, 0), balances(check, 1)]).toEqual([false, true]);
  });
});

describe('what comes back from the router', () => {
  const receipt = { model: 'haiku', arm: 'cheap', escalated: true, costUsd: '0.000000000001' };
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };

  it('is an answer with its exact cost', () => {
    expect(readOutcome(JSON.stringify({ requestId: 'f.t.1', usage, receipt }))).toMatchObject({
      kind: 'answered',
      costPico: 1n,
      escalated: true,
    });
  });

  it('is a refusal, of Invoke and of the gateway, with what it cost if it did', () => {
    const paid = { requestId: 'f.t.1', assumedUsd: '0.5' };
    expect(readOutcome(JSON.stringify({ refused: { reason: 'paused', message: 'wait' } }))).toEqual({
      kind: 'refused',
      reason: 'paused',
      message: 'wait',
    });
    expect(readOutcome(JSON.stringify({ status: 429, reason: 'paused', detail: 'wait' }))).toMatchObject({
      kind: 'refused',
      message: 'wait',
    });
    expect(readOutcome(JSON.stringify({ refused: { reason: 'model_timeout', message: '', evidence: paid } }))).toMatchObject({
      paid: { requestId: 'f.t.1', costPico: 500_000_000_000n },
    });
  });

  it('is a failure when it is neither', () => {
    expect(readOutcome('<html>')).toMatchObject({ kind: 'failed' });
    expect(readOutcome('null')).toMatchObject({ kind: 'failed' });
  });
});

describe('the tally', () => {
  it('counts a refusal that was paid among the receipts, and explains each reason once', () => {
    const tally = new Tally();
    tally.add(answered('a', 5n), 10);
    tally.add({ kind: 'refused', reason: 'model_timeout', message: 'first', paid: { requestId: 'b', costPico: 7n } }, 20);
    tally.add({ kind: 'refused', reason: 'model_timeout', message: 'second' }, 20);
    tally.add({ kind: 'lost', error: 'gone' }, 20);
    expect([tally.costPico, tally.refused, tally.errors]).toEqual([12n, 2, 1]);
    const text = summary(tally, 1);
    expect(text).toContain('2  model_timeout: first');
    expect(text).not.toContain('second');
    const check = (entries: readonly LedgerEntry[]) => verdict(checkLedger(entries, tally.receipts, VERSION), 1);
    expect(check([entry('a', 5n), entry('b', 7n)])).toContain('equal to the pico-dollar, over 2 requests');
    expect(check([entry('a', 6n)])).toContain('THE LEDGER DIFFERS, first at a, b');
  });

  it('takes percentiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)]).toEqual([50, 99, 0]);
  });
});

describe('the targets of a replay', () => {
  const targets = [
    { feature: 'small', template: 'a', inputTokens: 100, outputTokens: 10 },
    { feature: 'large', template: 'b', inputTokens: 1_000, outputTokens: 100 },
  ];

  it('are chosen among those that can take the call, always the same for one affinity', () => {
    const chosen = Array.from({ length: 40 }, (_, n) => targetFor(targets, { inputTokens: 50, outputTokens: 5 }, `c${n}`).feature);
    expect(new Set(chosen)).toEqual(new Set(['small', 'large']));
    expect(targetFor(targets, { inputTokens: 50, outputTokens: 5 }, 'c1')).toBe(
      targetFor(targets, { inputTokens: 10, outputTokens: 1 }, 'c1'),
    );
    expect(targetFor(targets, { inputTokens: 500, outputTokens: 5 }, 'x').feature).toBe('large');
    expect(targetFor(targets, { inputTokens: 5_000, outputTokens: 5 }, 'x').feature).toBe('large');
  });

  it('can be fixed, and an unknown one names those that exist', () => {
    const closed = featureSettings('closed', { templates: { a: { tier: 'cheap' }, b: { tier: 'strong' } }, openTemplates: false });
    const open = featureSettings('open', { templates: {}, openTemplates: true });
    const configured = settings({ features: { closed, open } });
    const names = (only = {}) => targetsOf(configured, only).map(({ feature, template }) => `${feature}/${template}`);
    expect(names()).toEqual(['closed/a', 'closed/b', 'open/replay']);
    expect(names({ feature: 'closed', template: 'b' })).toEqual(['closed/b']);
    expect(names({ feature: 'open', template: 'mine' })).toEqual(['open/mine']);
    expect(() => names({ feature: 'closed', template: 'c' })).toThrow(/known: closed\/a, closed\/b/);
  });
});

describe('driving lanes', () => {
  const target = { feature: 'f', template: 't', inputTokens: 1_000, outputTokens: 64 };
  const lane = (name: string, count: number): Lane => {
    const prompt = { messages: [{ role: 'user' as const, content: [{ text: name }] }] };
    return { atMs: 0, count, calls: () => Array.from({ length: count }, () => ({ atMs: 0, prompt, outputTokens: 200, affinity: name })) };
  };

  it('keeps the order within a lane, the bound on lanes at once, and the feature bound on output', async () => {
    const [underWay, most] = [new Set<string>(), { seen: 0 }];
    const caller = async (request: {
      messages: readonly { content: readonly { text?: string }[] }[];
      inferenceConfig?: { maxTokens?: number };
    }) => {
      const name = request.messages[0]?.content[0]?.text ?? '';
      expect(underWay.has(name)).toBe(false);
      expect(request.inferenceConfig?.maxTokens).toBe(64);
      underWay.add(name);
      most.seen = Math.max(most.seen, underWay.size);
      await new Promise((resolve) => setImmediate(resolve));
      underWay.delete(name);
      return answered(`${name}${Math.random()}`, 1n);
    };
    const tally = new Tally();
    const lanes = ['a', 'b', 'c', 'd', 'e'].map((name) => lane(name, 4));
    const stop = new AbortController().signal;
    await drive(
      { lanes, targets: [target], caller, concurrency: 3, speed: undefined, version: VERSION, stop, onCall: () => undefined },
      tally,
    );
    expect([tally.answered, most.seen]).toEqual([20, 3]);
  });

  it('sends nothing more once it is stopped', async () => {
    const controller = new AbortController();
    const tally = new Tally();
    const caller = async () => {
      controller.abort();
      return answered('only', 1n);
    };
    const common = { targets: [target], caller, concurrency: 1, speed: undefined, version: VERSION, stop: controller.signal };
    await drive({ ...common, lanes: [lane('a', 5), lane('b', 5)], onCall: () => undefined }, tally);
    expect(tally.calls).toBe(1);
  });
});
