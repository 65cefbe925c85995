import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureCode, SpillwayError } from '../../functions/core/errors.ts';
import { picoToUsd } from '../../functions/core/money.ts';
import { type Failure, modelsFor, nextTry, type Try } from '../../functions/core/upstream.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { ask, type ModelScript, routeWorld, says } from '../support/route-world.ts';
import { featureSettings, settings as makeSettings, modelSettings } from '../support/settings.ts';

const route = { cheap: 'haiku', strong: 'sonnet', tolerance: 0 };
const settingsWith = (fallback: readonly string[]) =>
  makeSettings({
    models: { haiku: modelSettings('haiku', 1, 5), sonnet: modelSettings('sonnet', 3, 15), nova: modelSettings('nova', 0.1, 0.4) },
    features: {
      'invoice-extractor': featureSettings('invoice-extractor', {
        route: fallback.length === 0 ? route : { ...route, fallback: { cheap: fallback, strong: fallback } },
      }),
    },
  });

const throwing = (code: FailureCode, over: { retryable?: boolean; maybeBilled?: boolean; seenOutputTokens?: number } = {}) => {
  throw new SpillwayError(code, 'the provider failed', over);
};
const throttled = () => throwing('model_throttled', { retryable: true });
const down =
  (...models: readonly string[]): ModelScript =>
  ({ model }) =>
    models.includes(model.name) ? throttled() : says('42');

async function routed(model: ModelScript, fallback: readonly string[] = [], request = ask()) {
  const world = routeWorld({ settings: settingsWith(fallback), model });
  const outcome = await routeRequest(request, world.ports);
  return {
    world,
    outcome,
    receipt: outcome.kind === 'answered' ? outcome.answer.receipt : undefined,
    asked: world.calls.map((call) => call.model.name),
  };
}

describe('a model that is throttled', () => {
  it('is asked again, three times in all, each with a hold of its own, and costs once', async () => {
    const { world, receipt, asked } = await routed((_call, attempt) => (attempt < 3 ? throttled() : says('42')));
    expect([asked, receipt?.attempts]).toEqual([['haiku', 'haiku', 'haiku'], 3]);
    const [entry, ...more] = world.entries();
    expect([more, entry?.attempt, picoToUsd(world.committed())]).toEqual([[], 3, receipt?.costUsd]);
  });

  it('that stays so is said, after three attempts, for nothing', async () => {
    const { world, outcome, asked } = await routed(throttled);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'model_throttled' } });
    expect([asked.length, world.entries(), world.committed()]).toEqual([3, [], 0n]);
  });

  it('gives way to the configured alternative after its second attempt', async () => {
    const { world, receipt, asked } = await routed(down('haiku'), ['nova']);
    expect(asked).toEqual(['haiku', 'haiku', 'nova']);
    expect(receipt).toMatchObject({ model: 'nova', arm: 'cheap', reason: 'fallback', attempts: 3, escalated: false });
    expect(world.entries()).toMatchObject([{ model: 'nova', reason: 'fallback', arm: 'cheap' }]);
  });

  it('is left alone for a while after four failures in a row, and then asked again', async () => {
    const { world } = await routed(down('haiku'), ['nova']);
    const again = async () => {
      const before = world.calls.length;
      await routeRequest(ask(), world.ports);
      return world.calls.slice(before).map((call) => call.model.name);
    };
    expect(await again()).toEqual(['haiku', 'haiku', 'nova']);
    expect(await again()).toEqual(['nova']);
    world.clock.nowMs += 2_000;
    // One attempt, which fails: it is down again, for longer.
    expect(await again()).toEqual(['haiku', 'nova']);
    world.clock.nowMs += 2_000;
    expect(await again()).toEqual(['nova']);
  });

  it('has its failure forgotten once it answers', async () => {
    let failing = 3;
    const { world } = await routed(({ model }) => (model.name === 'haiku' && failing-- > 0 ? throttled() : says('42')), ['nova']);
    for (let call = 0; call < 3; call++) await routeRequest(ask(), world.ports);
    expect(world.ports.health.isDown('haiku', world.clock.nowMs)).toBe(false);
  });
});

describe('a model that fails otherwise', () => {
  it('for want of access is not asked again: its alternative is', async () => {
    const { asked } = await routed(({ model }) => (model.name === 'haiku' ? throwing('model_access_denied') : says('42')), ['nova']);
    expect(asked).toEqual(['haiku', 'nova']);
  });

  it('because it refuses the input would be refused elsewhere too', async () => {
    const { outcome, asked } = await routed(() => throwing('model_rejected_input'), ['nova']);
    expect([asked, outcome]).toMatchObject([['haiku'], { refusal: { reason: 'model_rejected_input' } }]);
  });

  it('and may have been billed is booked, not asked again, and paid beside its alternative', async () => {
    const timesOut = () => throwing('model_timeout', { retryable: true, maybeBilled: true });
    const { world, receipt, asked } = await routed(({ model }) => (model.name === 'haiku' ? timesOut() : says('42')), ['nova']);
    expect(asked).toEqual(['haiku', 'nova']);
    expect(world.entries().map(({ kind, model, attempt }) => [kind, model, attempt])).toEqual([
      ['assumed', 'haiku', 1],
      ['settled', 'nova', 2],
    ]);
    expect(receipt?.costUsd).toBe(picoToUsd(world.committed()));
    const alone = await routed(timesOut);
    expect([alone.asked, alone.outcome]).toMatchObject([['haiku'], { refusal: { reason: 'model_timeout' } }]);
  });

  it('in the middle of its answer is not replaced: part of it is with the caller', async () => {
    const broken = () => throwing('model_unavailable', { retryable: true, maybeBilled: true, seenOutputTokens: 7 });
    const { world, asked } = await routed(broken, ['nova']);
    expect(asked).toEqual(['haiku']);
    expect(world.entries()).toMatchObject([{ kind: 'assumed', seenOutputTokens: 7 }]);
  });

  it('is not believed when it claims to have written more than it was allowed', async () => {
    const boasting = () => throwing('model_unavailable', { maybeBilled: true, seenOutputTokens: 10 ** 9 });
    const { world } = await routed(boasting);
    const [entry] = world.entries();
    expect(entry?.seenOutputTokens).toBeGreaterThan(0);
    expect(entry?.seenOutputTokens).toBeLessThanOrEqual(200_000);
  });
});

describe('all models of a tier down', () => {
  it('is its own refusal, and names those that were asked', async () => {
    const { world, outcome, asked } = await routed(throttled, ['nova', 'sonnet']);
    expect(outcome).toMatchObject({ refusal: { reason: 'all_models_down', evidence: { models: 'haiku, nova, sonnet' } } });
    expect([asked.length, world.committed()]).toEqual([5, 0n]);
  });

  it('leaves the idempotency key free', async () => {
    let isDown = true;
    const world = routeWorld({ settings: settingsWith(['nova']), model: () => (isDown ? throttled() : says('42')) });
    await routeRequest(ask({ idempotencyKey: 'k' }), world.ports);
    isDown = false;
    expect((await routeRequest(ask({ idempotencyKey: 'k' }), world.ports)).kind).toBe('answered');
  });
});

describe('an escalation to a strong model that is down', () => {
  it('falls over too, and keeps the cheap answer when nobody is up', async () => {
    const bad: ModelScript = ({ model }) => (model.name === 'haiku' ? says('') : model.name === 'sonnet' ? throttled() : says('42'));
    const { receipt, asked } = await routed(bad, ['nova']);
    expect([asked, receipt?.model, receipt?.escalated]).toEqual([['haiku', 'sonnet', 'sonnet', 'nova'], 'nova', true]);
    const alone = await routed(bad);
    expect(alone.receipt).toMatchObject({ model: 'haiku', attempts: 4 });
    expect(alone.receipt?.warnings).toContain('escalation_failed');
  });
});

describe('trying again', () => {
  const failure = fc.constantFrom<Failure>('transient', 'elsewhere', 'final');
  const models: readonly string[] = ['a', 'b', 'c'];
  const options = fc.record({ leftMs: fc.nat(120_000), random: fc.double({ min: 0, max: 0.999, noNaN: true }) });

  it('ends after five attempts, never asks a model that failed for good, and waits less than two seconds', () => {
    fc.assert(
      fc.property(fc.infiniteStream(failure), options, fc.subarray([...models]), (failures, { leftMs, random }, downModels) => {
        const tries: Try[] = [{ model: 'a', failure: failures.next().value }];
        for (;;) {
          const next = nextTry(tries, models, { leftMs, random, isDown: (model) => downModels.includes(model) });
          if (next === undefined) return tries.length <= 5;
          const over = tries.some((tried) => tried.model === next.model && tried.failure !== 'transient');
          if (over || next.afterMs >= 2_000 || tries.at(-1)?.failure === 'final') return false;
          tries.push({ model: next.model, failure: failures.next().value });
        }
      }),
    );
  });

  it('is not begun without time for it', () => {
    const isDown = () => false;
    const tries: Try[] = [{ model: 'a', failure: 'transient' }];
    expect(nextTry(tries, ['a'], { leftMs: 2_100, random: 0.9, isDown })).toBeUndefined();
    expect(nextTry(tries, ['a'], { leftMs: 60_000, random: 0.5, isDown })).toEqual({ model: 'a', afterMs: 200 });
  });

  it('asks each model of a tier once, its own first', () => {
    expect(modelsFor('a', 'cheap', { ...route, fallback: { cheap: ['b', 'a', 'b'], strong: ['c'] } })).toEqual(['a', 'b']);
    expect(modelsFor('a', 'cheap', route)).toEqual(['a']);
  });
});
