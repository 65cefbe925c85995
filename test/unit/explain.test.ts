import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { unknownText } from '../../cli/explain.ts';
import { explainJson } from '../../cli/explain-json.ts';
import { explainText } from '../../cli/explain-text.ts';
import { correctionOf } from '../../functions/core/correction.ts';
import { explain } from '../../functions/core/explain/explanation.ts';
import { priceSince } from '../../functions/core/explain/price-since.ts';
import { reasonInWords } from '../../functions/core/explain/reason-words.ts';
import { recompute } from '../../functions/core/explain/recompute.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { meteredPico } from '../../functions/core/price-book.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { explainRequest } from '../../functions/use-cases/explain-request.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { ask, FEATURE, LEAF, moneyWorld, NOW } from '../support/money-world.ts';
import { featureSettings, settings as makeSettings, modelSettings, priceRow } from '../support/settings.ts';

const { prices } = priceRow(1, 5);
const usage = { ...NO_USAGE, input: 1000, cacheRead: 4000, output: 200, reasoning: 50 };
const settled = (over: Partial<LedgerEntry> = {}): LedgerEntry => {
  const facts = { usage, unitPrices: prices, holdPico: 9_000_000_000n, ...over };
  return ledgerEntry({ ...facts, costPico: over.costPico ?? meteredPico(facts.usage, facts.unitPrices) });
};
const assumed = (over: Partial<LedgerEntry> = {}) =>
  ledgerEntry({ kind: 'assumed', usage: NO_USAGE, unitPrices: prices, costPico: 9_000_000_000n, holdPico: 9_000_000_000n, ...over });

describe('an entry recomputed', () => {
  it('costs its tokens at its own unit prices, and thinking is not paid twice', () => {
    const { lines, costPico, agrees } = recompute(settled());
    expect(lines.map(({ meter, tokens, costPico: pico }) => [meter, tokens, pico])).toEqual([
      ['input', 1000, 1_000_000_000n],
      ['cacheRead', 4000, 400_000_000n],
      ['output', 200, 1_000_000_000n],
    ]);
    expect([costPico, agrees]).toEqual([2_400_000_000n, true]);
  });

  it('disagrees with any other amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.constantFrom('settled', 'assumed'), (off, kind) => {
        const entry = kind === 'settled' ? settled() : assumed();
        const { agrees } = recompute({ ...entry, costPico: entry.costPico + off });
        expect(agrees).toBe(off === 0n);
      }),
    );
  });

  it('is its whole hold where the usage is unknown, also when some of it is known', () => {
    expect(recompute(assumed())).toMatchObject({ basis: 'whole_hold', costPico: 9_000_000_000n, agrees: true });
    expect(recompute(assumed({ usage }))).toMatchObject({ basis: 'whole_hold', agrees: true });
  });

  it.each([NO_USAGE, usage])('is, for a correction, what was proven less what was booked (known before: %j)', (known) => {
    const booked = assumed({ usage: known });
    const correction = correctionOf(booked, settled({ requestId: booked.requestId }));
    if (correction === undefined) throw new RangeError('no correction');
    expect(recompute(correction, booked)).toMatchObject({ basis: 'proof', costPico: 2_400_000_000n - 9_000_000_000n, agrees: true });
    expect(recompute({ ...correction, costPico: 1n }, booked).agrees).toBe(false);
    expect(recompute(correction)).toMatchObject({ costPico: undefined, agrees: false });
  });
});

describe('the price of an entry, against the settings of now', () => {
  const settings = (...rows: ReturnType<typeof priceRow>[]) =>
    makeSettings({ models: { haiku: modelSettings('haiku', 1, 5, { prices: rows }) } });

  it('is the same while the row is', () => {
    expect(priceSince(settled(), settings(priceRow(1, 5)))).toMatchObject({ kind: 'same', longPrompt: false, row: { from: '2025-01-01' } });
  });

  it('has changed when any meter has, and says from what to what', () => {
    const change = priceSince(settled(), settings(priceRow(1, 4)));
    expect(change).toMatchObject({ kind: 'changed', meters: [{ meter: 'output', thenPico: 5_000_000n, nowPico: 4_000_000n }] });
  });

  it('is of the row that was in force on its day', () => {
    expect(priceSince(settled(), settings(priceRow(1, 5), priceRow(7, 9, { from: '2026-11-23' })))).toMatchObject({ kind: 'same' });
    expect(priceSince(settled(), settings(priceRow(1, 5), priceRow(7, 9, { from: '2026-11-22' })))).toMatchObject({ kind: 'changed' });
  });

  it('is of the tier of its length; without usage of either', () => {
    const row = priceRow(0.5, 2.5, { longPrompt: { aboveTokens: 4999, prices } });
    expect(priceSince(settled(), settings(row))).toMatchObject({ kind: 'same', longPrompt: true });
    expect(priceSince(settled({ usage: { ...usage, input: 999 } }), settings(row))).toMatchObject({ kind: 'changed' });
    expect(priceSince(assumed(), settings(row))).toMatchObject({ kind: 'same', longPrompt: true });
  });

  it('is gone with its model or its mode', () => {
    expect(priceSince(settled({ mode: 'flex' }), settings(priceRow(1, 5)))).toEqual({ kind: 'no_row' });
    expect(priceSince(settled({ modelId: 'us.test.gone-v1:0' }), settings(priceRow(1, 5)))).toEqual({ kind: 'model_gone' });
  });

  it('is of what was called, whatever it is named now', () => {
    expect(priceSince(settled({ model: 'renamed' }), settings(priceRow(1, 5)))).toMatchObject({ kind: 'same' });
    const repointed = makeSettings({
      models: { haiku: modelSettings('haiku', 9, 9, { modelId: 'us.test.other-v1:0' }), old: modelSettings('haiku', 1, 5) },
    });
    expect(priceSince(settled(), repointed)).toMatchObject({ kind: 'same' });
  });
});

describe('an explained request', () => {
  const first = settled({ run: 'nightly-7', templateVersion: 'v42', latencyMs: 812, wouldRefuse: 'budget_exhausted' });
  const second = assumed({
    ...{
      requestId: first.requestId,
      attempt: 2,
      model: 'sonnet',
      modelId: 'us.test.sonnet-v1:0',
      arm: 'strong',
      escalated: true,
      reason: 'escalated',
    },
    ...{ stopReason: 'model_timeout', seenOutputTokens: 31, priceBook: 'older' },
  });
  const settings = makeSettings();
  const explanation = explain([second, first], settings);
  const text = (inFlight = [] as Parameters<typeof explainText>[1]['inFlight'], of = explanation) =>
    explainText(first.requestId, { kind: 'found', explanation: of, inFlight }, { settings, nowMs: NOW });

  it('is told attempt by attempt, with the arithmetic', () => {
    const lines = text().split('\n');
    expect(lines[0]).toBe(`${first.requestId}: cost $0.0114 in 2 attempts.`);
    expect(text()).toMatch(/admitted {2}2026-11-22 11:30:00 Europe\/Berlin, UTC hour 2026-11-22T10, local day 2026-11-22/);
    expect(text()).toMatch(/run {7}nightly-7\ntemplate {2}extract, version v42\nrequest {3}fingerprint f{16}/);
    expect(text()).toMatch(/Attempt 1: haiku \(cheap\), settled\n {2}why {5}the owner declared this template cheap/);
    expect(text()).toMatch(/cost {4}input +1,000 +x \$1 a million +\S* ?= \$0.001\n/);
    expect(text()).toContain('$0.0024 booked = tokens x prices');
    expect(text()).toContain('held    $0.009, of which $0.0066 came back');
    expect(text()).toContain('the row from 2025-01-01: made for tests, as of 2026-11-01 (price book test)');
    expect(text()).toContain('enforce mode would have refused it: budget_exhausted');
    expect(text()).toMatch(/Attempt 2: sonnet \(strong, escalated\), ASSUMED: .*\n {2}why {5}the cheap model's answer failed a check/);
    expect(text()).toContain('ended   model_timeout in 812 ms; some 31 output tokens had come');
    expect(text()).toContain('$0.009 booked = the whole hold');
    expect(text()).toContain('the price has changed since: input $1 -> $3');
    expect(text()).toContain('(price book older, now test)');
    expect(text()).not.toContain('MISMATCH');
  });

  it('shouts when an entry does not cost what its facts come to', () => {
    const shouted = text([], explain([{ ...first, costPico: 1n }], settings));
    expect(shouted.split('\n')[1]).toMatch(/^MISMATCH/);
    expect(shouted).toContain('MISMATCH: $0.000000000001 booked, but tokens x prices is $0.0024');
  });

  it('is exact for machines', () => {
    const json = JSON.parse(JSON.stringify(explainJson(first.requestId, { kind: 'found', explanation, inFlight: [] })));
    expect(json).toMatchObject({ requestId: first.requestId, costUsd: '0.0114', holdUsd: '0.018', agrees: true, inFlight: [] });
    expect(json.entries[0]).toMatchObject({
      ...{ attempt: 1, kind: 'settled', model: 'haiku', run: 'nightly-7', costUsd: '0.0024', admittedAt: '2026-11-22T10:30:00.000Z' },
      recomputed: {
        ...{ basis: 'tokens', costUsd: '0.0024', agrees: true },
        meters: [{ meter: 'input', tokens: 1000, usdPerMillionTokens: '1', costUsd: '0.001' }, {}, {}],
      },
      price: { status: 'same', from: '2025-01-01', asOf: '2026-11-01', source: 'made for tests' },
    });
  });

  it('says every reason in words, and a word that is new as it is', () => {
    expect(reasonInWords('missed_batch')).toContain('could not wait for a batch');
    expect(reasonInWords('constructor')).toBe('constructor');
  });
});

describe('a request looked up', () => {
  it('that still runs is in flight: held, by which gate, until when', async () => {
    const world = moneyWorld({ shards: 3 });
    const request = ask(5_000n);
    const hold = { id: `${request.callId}#1`, amountPico: 5_000n, day: '2026-11-22', admittedAtMs: NOW, deadlineMs: NOW + 180_000 };
    const whole = { ...hold, template: 'extract', model: 'haiku', claimed: false };
    await world.gates.hold(`${LEAF}/2`, whole, {}, { debtAllowed: true });
    const requestId = requestIdOf(FEATURE, 'extract', request.callId);
    const found = await explainRequest(requestId, world);
    if (found.kind !== 'found') throw new RangeError('not found');
    expect(found.inFlight).toEqual([{ leaf: `${LEAF}/2`, attempt: 1, hold: whole, booked: false }]);
    expect(explainJson(requestId, found)).toMatchObject({ costUsd: '0', holdUsd: '0.000000005' });
    const at = (nowMs: number) => explainText(requestId, found, { settings: world.settings, nowMs });
    expect(at(NOW)).toContain('nothing is booked yet; $0.000000005 is held in flight');
    expect(at(NOW)).toMatch(/Attempt 1: haiku, in flight, at most until 2026-11-22 11:33/);
    expect(at(NOW + 200_000)).toContain("past its deadline of 2026-11-22 11:33: the compactor's next run books it whole");
    expect((await explainRequest(requestIdOf(FEATURE, 'dispute', request.callId), world)).kind).toBe('unknown');
  });

  it('that is booked but whose hold is still there says both', async () => {
    const world = moneyWorld();
    const entry = await world.ledger.record(settled());
    const id = `${entry.requestId.split('.')[2]}#1`;
    const hold = {
      id,
      amountPico: 5n,
      day: entry.day,
      admittedAtMs: NOW,
      deadlineMs: NOW,
      template: 'extract',
      model: 'haiku',
      claimed: false,
    };
    await world.gates.hold(LEAF, hold, {}, { debtAllowed: true });
    const found = await explainRequest(entry.requestId, world);
    if (found.kind !== 'found') throw new RangeError('not found');
    expect(explainText(entry.requestId, found, { settings: world.settings, nowMs: NOW })).toMatch(
      /cost \$0\.0024 in 1 attempt\..*booked above/s,
    );
  });

  it.each([
    [NOW - 401 * 86_400_000, 'expired', /have expired: .*2025-10-17.*npx spillway spend --from 2025-10-17 --to 2025-10-17 .*--local/],
    [NOW + 3_600_000, 'future', /says 2026-11-22 12:30 Europe\/Berlin, which has not come/],
    [NOW - 60_000, 'never_booked', /nothing is booked and nothing is held .*refused/],
  ] as const)('that nobody knows, from %d, is %s', async (atMs, why, message) => {
    const world = moneyWorld();
    const requestId = requestIdOf(FEATURE, 'extract', ulid(atMs));
    const found = await explainRequest(requestId, world);
    expect(found).toEqual({ kind: 'unknown', admittedAtMs: atMs, why });
    if (found.kind === 'unknown') expect(unknownText(requestId, found, world.settings, { local: true })).toMatch(message);
  });

  it('of a feature that left the configuration is found all the same', async () => {
    const world = moneyWorld({}, { features: { other: featureSettings('other') } });
    const entry = await world.ledger.record(settled());
    expect((await explainRequest(entry.requestId, world)).kind).toBe('found');
  });
});
