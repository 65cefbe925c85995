import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import type { Message } from '../../functions/core/wire/converse.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { type Call, toMessages, tools } from '../support/agent-corpus/agent-run.ts';
import { times } from '../support/agent-corpus/invented-text.ts';
import { ask, routeWorld } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';

type World = ReturnType<typeof routeWorld>;

const spinning = (count: number, call: Call = ['search', { query: 'secret 17' }, 'no such secret']): readonly Message[] =>
  toMessages(times(count, () => tools(call)));
const person = (text: string): readonly Message[] => [{ role: 'user', content: [{ text }] }];

async function outcomeOf(request: Partial<RouteRequest>, world: World) {
  const outcome = await routeRequest(ask(request), world.ports);
  return outcome.kind === 'refused' ? { reason: outcome.refusal.reason, evidence: outcome.refusal.evidence } : outcome.answer.receipt;
}

describe('a loop that is only suspected', () => {
  it('goes on, and the receipt says so', async () => {
    const world = routeWorld();
    expect(await outcomeOf({ messages: spinning(2) }, world)).toMatchObject({ warnings: [] });
    expect(await outcomeOf({ messages: spinning(3) }, world)).toMatchObject({ model: 'haiku', warnings: ['loop_suspected'] });
    expect([world.calls.length, world.alerts.length]).toEqual([2, 0]);
  });

  it('is said once where the conversation and the run both show it', async () => {
    const world = routeWorld();
    const request = { messages: spinning(3), run: 'r1' };
    for (let sent = 1; sent < 3; sent += 1) await outcomeOf(request, world);
    expect(await outcomeOf(request, world)).toMatchObject({ warnings: ['loop_suspected'] });
  });

  it('is said of the third identical request of a run', async () => {
    const world = routeWorld();
    const receipts = [];
    for (let sent = 1; sent <= 4; sent += 1) receipts.push(await outcomeOf({ run: 'r1' }, world));
    expect(receipts).toMatchObject([{ warnings: [] }, { warnings: [] }, { warnings: ['loop_suspected'] }, { reason: 'loop_detected' }]);
  });
});

describe('the refusal of a loop', () => {
  it('names rule, tool and counts, and nothing that was said', async () => {
    const world = routeWorld();
    const refused = await outcomeOf({ messages: spinning(4, ['t'.repeat(90), { query: 'secret' }, 'no such secret']) }, world);
    const evidence = { rule: 'identical_tool_results', tool: 't'.repeat(64), times: 4, window: 4, feature: 'invoice-extractor' };
    expect(refused).toEqual({ reason: 'loop_detected', evidence });
    expect(JSON.stringify([refused, world.alerts])).not.toContain('secret');
  });

  it('is given to requests that alternate under one run, and leaves a run beside it alone', async () => {
    const world = routeWorld();
    const reasons = [];
    for (let sent = 0; sent < 6; sent += 1) {
      await outcomeOf({ run: `beside-${sent % 2}`, messages: person(`new ${sent}`) }, world);
      reasons.push(await outcomeOf({ run: 'r1', messages: person(`question ${sent % 2}`) }, world));
    }
    expect(reasons.at(-2)).toMatchObject({ warnings: ['loop_suspected'] });
    expect(reasons.at(-1)).toMatchObject({
      reason: 'loop_detected',
      evidence: { rule: 'repeating_requests', run: 'r1', times: 3, window: 6 },
    });
    expect(await outcomeOf({ run: 'beside-0' }, world)).toMatchObject({ model: 'haiku' });
  });

  it('is given to a short history that slides over a loop, though every call has an id of its own', async () => {
    const world = routeWorld();
    const reasons = [];
    for (let sent = 0; sent < 4; sent += 1) {
      const messages = JSON.parse(JSON.stringify(spinning(2)).replaceAll(/"t(\d)/g, `"call-${sent}-$1`));
      reasons.push(await outcomeOf({ run: 'r1', messages }, world));
    }
    expect(reasons.at(-1)).toMatchObject({ reason: 'loop_detected', evidence: { rule: 'identical_requests', times: 4 } });
  });

  it('is not given for polling that the feature allows', async () => {
    const loop = { ...featureSettings('x').loop, polling: ['search'] };
    const world = routeWorld({ settings: settings({ features: { 'invoice-extractor': featureSettings('invoice-extractor', { loop }) } }) });
    expect(await outcomeOf({ messages: spinning(12) }, world)).toMatchObject({ warnings: [] });
  });
});

describe('a run that goes on looping', () => {
  it('is closed for longer each time, and its owner is told each time, with what it has cost', async () => {
    const world = routeWorld();
    await outcomeOf({ run: 'r1', messages: person('begin') }, world);
    const paid = world.entries().reduce((sum, { costPico }) => sum + costPico, 0n);
    const loop = { run: 'r1', messages: spinning(4) };
    const minutes = [];
    for (let trip = 0; trip < 3; trip += 1) {
      expect(await outcomeOf(loop, world)).toMatchObject({ reason: 'loop_detected' });
      const { openUntilMs = 0 } = (await world.stores.runs.read('invoice-extractor', 'r1')) ?? {};
      minutes.push((openUntilMs - world.clock.nowMs) / 60_000);
      world.clock.nowMs = openUntilMs + 1;
    }
    expect(minutes).toEqual([5, 10, 20]);
    expect(world.alerts).toHaveLength(3);
    const burned = usdToPico(String(world.alerts[0]?.evidence['burnedUsd']));
    expect(burned).toBeGreaterThanOrEqual(paid);
    expect(world.alerts[0]?.evidence).toMatchObject({ runCalls: 1, template: 'extract' });
  });
});

describe('a feature without loops', () => {
  it('is not mistaken for one when many callers without a run ask the same', async () => {
    const world = routeWorld();
    for (let caller = 0; caller < 500; caller += 1) await outcomeOf({ messages: person('hello') }, world);
    expect(world.calls).toHaveLength(500);
    expect(world.alerts).toEqual([]);
  });

  it('is not mistaken for one when a canary asks the same each minute in runs of its own', async () => {
    const world = routeWorld();
    for (let minute = 0; minute < 60; minute += 1) {
      world.clock.nowMs += 60_000;
      expect(await outcomeOf({ run: `canary-${minute}`, messages: person('ping') }, world)).toMatchObject({ warnings: [] });
    }
  });
});
