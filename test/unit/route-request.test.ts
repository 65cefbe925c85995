import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import type { RoutePorts } from '../../functions/use-cases/route-ports.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { ask, routeWorld, says, usage } from '../support/route-world.ts';
import { featureSettings, modelSettings, settings } from '../support/settings.ts';

async function answered(request: RouteRequest, ports: RoutePorts) {
  const outcome = await routeRequest(request, ports);
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.refusal.reason}: ${outcome.refusal.message}`);
  return outcome.answer;
}

async function refused(request: RouteRequest, ports: RoutePorts) {
  const outcome = await routeRequest(request, ports);
  if (outcome.kind === 'answered') throw new Error('answered');
  return outcome.refusal;
}

const withFeature = (over: Parameters<typeof featureSettings>[1]) =>
  settings({ features: { 'invoice-extractor': featureSettings('invoice-extractor', over) } });
const JSON_WISH = { jsonSchema: { type: 'object', required: ['total'] } };

describe('an answered request', () => {
  it('goes to the cheap model of a cheap template, and books exactly what was used', async () => {
    const world = routeWorld();
    const answer = await answered(ask(), world.ports);
    // 100 input tokens at 1 USD and 20 output tokens at 5 USD per million.
    expect(answer.receipt).toMatchObject({ model: 'haiku', arm: 'cheap', reason: 'declared_cheap', costUsd: '0.0002', attempts: 1 });
    expect(world.entries()).toMatchObject([
      { kind: 'settled', requestId: answer.requestId, attempt: 1, model: 'haiku', costPico: usdToPico('0.0002') },
    ]);
    expect(world.committed()).toBe(usdToPico('0.0002'));
    expect(world.gates.peek('feature:invoice-extractor').holds).toEqual([]);
  });

  it('goes to the strong model when the template says so, or says nothing', async () => {
    const world = routeWorld({ settings: withFeature({ templates: { dispute: { tier: 'strong' }, other: { tier: 'learned' } } }) });
    expect((await answered(ask({ template: 'dispute' }), world.ports)).receipt).toMatchObject({
      model: 'sonnet',
      reason: 'declared_strong',
    });
    expect((await answered(ask({ template: 'other' }), world.ports)).receipt).toMatchObject({
      model: 'sonnet',
      reason: 'strong_by_default',
    });
  });

  it('tells the provider whose call it is, without the prompt', async () => {
    const world = routeWorld();
    const { requestId } = await answered(ask({ run: 'agent-7' }), world.ports);
    expect(world.calls[0]?.metadata).toMatchObject({ feature: 'invoice-extractor', template: 'extract', run: 'agent-7', requestId });
    expect(JSON.stringify([world.entries().map(({ costPico: _, ...entry }) => String(entry.requestId)), world.logs])).not.toContain(
      'total of invoice',
    );
  });

  it('stamps metadata within what Bedrock takes, however long the names are', async () => {
    const name = `n${'_-'.repeat(23)}9`;
    const features = { [name]: featureSettings(name, { team: name, templates: { [name]: { tier: 'cheap' } } }) };
    const world = routeWorld({ settings: settings({ features, environment: 'Staging EU_2.blue-1' }) });
    await routeRequest(ask({ feature: name, template: name, run: `Run:${'x'.repeat(120)}._-` }), world.ports);
    const pairs = Object.entries(world.calls[0]?.metadata ?? {});
    expect(pairs.length).toBeLessThanOrEqual(16);
    // Bedrock API reference, RequestMetadataBaseFilters: pattern and length of key and value.
    for (const part of pairs.flat()) expect(part).toMatch(/^[a-zA-Z0-9\s._:/=+$@-]{1,256}$/);
  });

  it('is clamped, not refused, when only a shorter answer is affordable', async () => {
    const world = routeWorld({ settings: withFeature({ caps: { dailyPico: usdToPico('0.003') } }) });
    const { receipt } = await answered(ask({ template: 'dispute' }), world.ports);
    expect(receipt.maxTokensClampedTo).toBeLessThan(1024);
    expect(receipt.maxTokensClampedTo).toBeGreaterThanOrEqual(64);
    expect(world.calls[0]?.maxTokens).toBe(receipt.maxTokensClampedTo);
  });

  it('says so when the real cost passed the hold', async () => {
    const world = routeWorld({ model: () => says('42', { usage: usage(1_000_000, 20) }) });
    expect((await answered(ask(), world.ports)).receipt.warnings).toContain('hold_exceeded');
  });

  it('is assumed at its whole hold when the provider never said what it used', async () => {
    const world = routeWorld({ model: () => says('42', { usage: undefined }) });
    const { receipt } = await answered(ask(), world.ports);
    expect(receipt.warnings).toContain('usage_unknown');
    expect(receipt.costUsd).toBe(receipt.holdUsd);
    expect(world.entries()).toMatchObject([{ kind: 'assumed' }]);
  });
});

describe('a cheap answer that fails a check', () => {
  const model = (call: { model: { name: string } }) => says(call.model.name === 'haiku' ? 'not json' : '{"total": 42}');

  it('is asked again of the strong model, each attempt booked by itself', async () => {
    const world = routeWorld({ model });
    const answer = await answered(ask({ expect: JSON_WISH }), world.ports);
    expect(answer.output?.message.content).toEqual([{ text: '{"total": 42}' }]);
    expect(answer.receipt).toMatchObject({ model: 'sonnet', arm: 'strong', reason: 'escalated', escalated: true, attempts: 2 });
    expect(answer.receipt.warnings).toContain('check_failed:not_json');
    expect(world.entries().map(({ attempt, escalated }) => ({ attempt, escalated }))).toEqual([
      { attempt: 1, escalated: false },
      { attempt: 2, escalated: true },
    ]);
    expect(answer.receipt.costUsd).toBe(picoToUsd(sumPico(world.entries().map(({ costPico }) => costPico))));
  });

  it('is answered all the same when the second hold is refused: never a refusal after a paid attempt', async () => {
    const world = routeWorld({ model, settings: withFeature({ caps: { dailyPico: usdToPico('0.0011') } }) });
    const request = ask({ expect: JSON_WISH, inferenceConfig: { maxTokens: 200 } });
    const answer = await answered(request, world.ports);
    expect(answer.output?.message.content).toEqual([{ text: 'not json' }]);
    expect(answer.receipt).toMatchObject({ model: 'haiku', attempts: 1, escalated: false });
    expect(answer.receipt.warnings).toContain('escalation_refused');
  });

  it('is answered all the same when the strong model fails', async () => {
    const world = routeWorld({
      model: (call) => {
        if (call.model.name === 'sonnet') throw new SpillwayError('model_timeout', 'too slow', { maybeBilled: true });
        return says('not json');
      },
    });
    const answer = await answered(ask({ expect: JSON_WISH }), world.ports);
    expect(answer.receipt.warnings).toContain('escalation_failed');
    expect(answer.receipt.costUsd).toBe(picoToUsd(sumPico(world.entries().map(({ costPico }) => costPico))));
    expect(world.entries().map(({ kind }) => kind)).toEqual(['settled', 'assumed']);
  });
});

describe('a refusal', () => {
  const cases: [string, Partial<RouteRequest>, string][] = [
    ['a call without a feature', { feature: '' }, 'untagged'],
    ['a call without a template', { template: '' }, 'untagged'],
    ['a feature that nobody configured', { feature: 'other' }, 'unknown_feature'],
    ['a template that nobody configured', { template: 'other' }, 'unknown_template'],
    ['a template named like a member of every object', { template: 'constructor' }, 'unknown_template'],
    ['a feature named like a member of every object', { feature: 'constructor' }, 'unknown_feature'],
    ['a model of choice where none is allowed', { model: 'sonnet' }, 'model_not_allowed'],
    ['a prompt over the bound', { messages: [{ role: 'user', content: [{ text: 'word '.repeat(9000) }] }] }, 'input_too_long'],
  ];
  it.each(cases)('meets %s, before any money moves', async (_, over, reason) => {
    const world = routeWorld();
    expect((await refused(ask(over), world.ports)).reason).toBe(reason);
    expect([world.calls, world.entries(), world.committed()]).toEqual([[], [], 0n]);
    expect(await world.refusals.ofDays('2026-11-15', '2026-11-15')).toMatchObject([{ reason, count: 1 }]);
  });

  it('meets a model without a price on that day', async () => {
    const models = { haiku: modelSettings('haiku', 1, 5, { prices: [] }), sonnet: modelSettings('sonnet', 3, 15) };
    const world = routeWorld({ settings: settings({ models }) });
    expect((await refused(ask(), world.ports)).reason).toBe('model_not_allowed');
    expect(world.calls).toEqual([]);
  });

  it('meets a budget that not even the shortest answer fits, with the figures', async () => {
    const world = routeWorld({ settings: withFeature({ caps: { dailyPico: 1n } }) });
    const { reason, evidence } = await refused(ask(), world.ports);
    expect(reason).toBe('budget_exhausted');
    expect(evidence).toMatchObject({ scope: 'feature:invoice-extractor', capUsd: '0.000000000001' });
    expect(world.calls).toEqual([]);
  });

  it('gives the hold back when the provider refused before it worked', async () => {
    for (const code of ['model_throttled', 'model_unavailable', 'model_rejected_input'] as const) {
      const world = routeWorld({ model: () => Promise.reject(new SpillwayError(code, 'no')) });
      expect((await refused(ask(), world.ports)).reason).toBe(code);
      expect([world.entries(), world.committed()]).toEqual([[], 0n]);
    }
  });

  it('says what to grant when the account has no access to the model', async () => {
    const world = routeWorld({ model: () => Promise.reject(new SpillwayError('model_access_denied', 'no')) });
    const { reason, message } = await refused(ask(), world.ports);
    expect([reason, message]).toEqual(['model_unavailable', expect.stringContaining('grant model access')]);
  });

  it('books the whole hold when the provider may have billed', async () => {
    const world = routeWorld({ model: () => Promise.reject(new SpillwayError('model_timeout', 'too slow', { maybeBilled: true })) });
    const { reason, evidence } = await refused(ask(), world.ports);
    const [entry] = world.entries();
    expect([reason, entry?.kind, entry?.costPico]).toEqual(['model_timeout', 'assumed', entry?.holdPico]);
    expect(evidence['assumedUsd']).toBe(picoToUsd(entry?.costPico ?? 0n));
    expect(world.committed()).toBe(entry?.costPico);
  });

  it('books the whole hold when something unexpected happened after the call', async () => {
    const world = routeWorld({ model: () => Promise.reject(new TypeError('bug')) });
    expect((await refused(ask(), world.ports)).reason).toBe('model_unavailable');
    expect(world.entries()).toMatchObject([{ kind: 'assumed' }]);
  });
});

describe('observe mode', () => {
  it('admits what enforce mode refuses, and says what it would have been', async () => {
    const world = routeWorld({ settings: withFeature({ mode: 'observe', caps: { dailyPico: 1n } }) });
    expect((await answered(ask(), world.ports)).receipt.wouldRefuse).toBe('budget_exhausted');
    expect((await answered(ask({ template: 'other' }), world.ports)).receipt.wouldRefuse).toBe('unknown_template');
    expect(world.entries().map(({ template, wouldRefuse }) => [template, wouldRefuse])).toEqual([
      ['extract', 'budget_exhausted'],
      ['_unassigned', 'unknown_template'],
    ]);
  });

  it('books untagged calls to the owner of what nobody owns', async () => {
    const world = routeWorld({ settings: withFeature({ mode: 'observe' }) });
    expect((await answered(ask({ feature: '' }), world.ports)).receipt).toMatchObject({ wouldRefuse: 'untagged', model: 'sonnet' });
    expect(world.entries()).toMatchObject([{ feature: '_unassigned', template: '_unassigned', owner: 'platform@acme.example' }]);
  });

  it('calls the priced model that was chosen where no choice is allowed, and says so', async () => {
    const world = routeWorld({ settings: withFeature({ mode: 'observe', allowModelOverride: false }) });
    const { receipt } = await answered(ask({ model: 'haiku' }), world.ports);
    expect(receipt).toMatchObject({ wouldRefuse: 'model_not_allowed', model: 'haiku' });
  });

  it('still calls no model that is not configured', async () => {
    const world = routeWorld({ settings: withFeature({ mode: 'observe', allowModelOverride: true }) });
    expect((await refused(ask({ model: 'opus' }), world.ports)).reason).toBe('model_not_allowed');
  });
});
