import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import type { ServiceTier } from '../../functions/core/service-tier.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { ask, routeWorld, says, usage } from '../support/route-world.ts';
import { featureSettings, settings as makeSettings, modelSettings, priceRow } from '../support/settings.ts';

/** Flex at half, priority at 1.75 of a model at 2 and 10 USD per million tokens. */
const tiered = {
  ...modelSettings('sonnet', 2, 10),
  prices: [priceRow(2, 10), priceRow(1, 5, { mode: 'flex' }), priceRow(3.5, 17.5, { mode: 'priority' })] as const,
};
const settings = makeSettings({
  models: { haiku: modelSettings('haiku', 1, 5), sonnet: tiered },
  features: { 'invoice-extractor': featureSettings('invoice-extractor', { route: { cheap: 'sonnet', strong: 'sonnet', tolerance: 0 } }) },
});
const USED = usage(1_000_000, 100_000);

async function answered(asked: ServiceTier | undefined, served: string | undefined) {
  const world = routeWorld({
    settings,
    model: () => says('42', { usage: USED, ...(served === undefined ? {} : { serviceTier: served }) }),
  });
  const outcome = await routeRequest(ask(asked === undefined ? {} : { serviceTier: { type: asked } }), world.ports);
  return { outcome, entry: world.entries()[0], calls: world.calls };
}

describe('a call is billed at the service tier that its answer names', () => {
  it.each([
    [undefined, undefined, 'on_demand', '3'],
    [undefined, 'default', 'on_demand', '3'],
    [undefined, 'flex', 'flex', '1.5'],
    ['flex', 'flex', 'flex', '1.5'],
    ['flex', 'default', 'on_demand', '3'],
    ['flex', undefined, 'on_demand', '3'],
    ['priority', 'priority', 'priority', '5.25'],
    ['priority', 'default', 'on_demand', '3'],
  ] as const)('asked %s, served %s: %s, %s USD', async (asked, served, mode, usd) => {
    const { outcome, entry, calls } = await answered(asked, served);
    expect(entry).toMatchObject({ kind: 'settled', mode, costPico: usdToPico(usd) });
    expect(outcome.kind === 'answered' && outcome.answer.receipt.costUsd).toBe(usd);
    expect(calls[0]?.prompt.serviceTier?.type).toBe(asked);
  });

  it('a tier without a price costs the whole hold, and what was used is kept', async () => {
    const { entry } = await answered(undefined, 'reserved');
    expect(entry).toMatchObject({ kind: 'assumed', costPico: entry?.holdPico, usage: USED });
  });
});

describe('a request for a service tier', () => {
  it('holds at the dearer of the tier and the default, which the provider may serve instead', async () => {
    const [plain, flex, priority] = [
      await answered(undefined, undefined),
      await answered('flex', 'flex'),
      await answered('priority', 'priority'),
    ];
    expect(flex.entry?.holdPico).toBe(plain.entry?.holdPico);
    expect(priority.entry?.holdPico).toBeGreaterThan(plain.entry?.holdPico ?? 0n);
  });

  it('is refused where the model has no price for it', async () => {
    const world = routeWorld();
    const outcome = await routeRequest(ask({ serviceTier: { type: 'flex' } }), world.ports);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'model_not_allowed', evidence: { model: 'haiku' } } });
    expect(world.calls).toEqual([]);
  });

  it('escalates at the default where the strong model has no price for it', async () => {
    const models = { haiku: { ...tiered, name: 'haiku' }, sonnet: modelSettings('sonnet', 3, 15) };
    const world = routeWorld({ settings: makeSettings({ models }), model: (_call, attempt) => says(attempt === 1 ? '' : '42') });
    await routeRequest(ask({ serviceTier: { type: 'flex' } }), world.ports);
    expect(world.calls.map(({ model, prompt }) => [model.name, prompt.serviceTier?.type])).toEqual([
      ['haiku', 'flex'],
      ['sonnet', undefined],
    ]);
  });
});
