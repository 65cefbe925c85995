import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatedStack } from '../../cli/operated-stack.ts';
import { OperatorError, UsageError } from '../../cli/terminal.ts';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { dynamodbKeys } from '../../functions/adapters/dynamodb-keys.ts';
import { dynamodbRuns } from '../../functions/adapters/dynamodb-runs.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { tripFeature } from '../../functions/use-cases/trip-feature.ts';
import { startDynalite } from '../support/dynalite.ts';
import { runCli } from '../support/run-cli.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = '2026-11-22';
const settings = testSettings({
  timezone: 'UTC',
  caps: { dailyPico: usdToPico(100), monthlyPico: usdToPico(1000) },
  teams: { finance: { name: 'finance', caps: { monthlyPico: usdToPico(40) } } },
  features: {
    'invoice-extractor': featureSettings('invoice-extractor', { caps: { hourlyPico: usdToPico(5), dailyPico: usdToPico(20) }, shards: 2 }),
    agent: featureSettings('agent', { caps: {}, openTemplates: true }),
  },
});

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let stack: OperatedStack;
/** Imported once the endpoint is known: clients are made once an environment. */
let verbs: typeof import('../../cli/pause.ts') & typeof import('../../cli/budget.ts') & typeof import('../../cli/overrides.ts');
let breakers: typeof import('../../cli/breakers.ts').breakers;

beforeAll(async () => {
  dynalite = await startDynalite();
  stack = {
    tables: { ledger: dynalite.ledgerTable, control: dynalite.controlTable },
    ...{ bucket: '', settings: async () => settings, now: async () => NOW, operator: async () => 'alice' },
  };
  verbs = {
    ...(await import('../../cli/pause.ts')),
    ...(await import('../../cli/budget.ts')),
    ...(await import('../../cli/overrides.ts')),
  };
  breakers = (await import('../../cli/breakers.ts')).breakers;
});
afterAll(() => dynalite.stop());

const env = () => ({ CONTROL_TABLE: dynalite.controlTable });
const RAISE = { by: '5', until: '2h', reason: 'launch' };

describe('an operator who mistypes', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['a bare name', () => verbs.pause(stack, 'agent', {}), /"agent" is no scope: .*did you mean feature:agent\?/],
    ['a template without its feature', () => verbs.pause(stack, 'template:extract', {}), /is no scope/],
    ['a run that cannot be', () => verbs.pause(stack, 'run:a b', {}), /is no run id/],
    ['a time that has passed', () => verbs.pause(stack, 'org', { until: '2026-11-21' }), /is past/],
    ['a time that is none', () => verbs.pause(stack, 'org', { until: 'soon' }), /cannot be read; write 2h/],
    ['a raise of more than a week', () => verbs.raise(stack, 'org', { ...RAISE, until: '8d' }), /at most 7 days/],
    ['an exemption of more than a week', () => verbs.allow(stack, 'org', { rule: 'run_limit', until: '8d' }), /at most 7 days/],
    ['a raise of nothing', () => verbs.raise(stack, 'org', { ...RAISE, by: '0' }), /USD above zero/],
    ['a raise without a reason', () => verbs.raise(stack, 'org', { ...RAISE, reason: ' ' }), /say why/],
    ['the budget of a model', () => verbs.budget(stack, 'model:haiku', {}), /takes org, team, feature only/],
    ['a raise where there is no cap', () => verbs.raise(stack, 'feature:agent', RAISE), /no cap of its own/],
    ['a rule', () => verbs.allow(stack, 'org', { rule: 'run_limits', until: '1h' }), /did you mean run_limit\?/],
    ['a breaker of a team', () => verbs.reset(stack, 'team:finance', {}), /takes feature, template, run only/],
  ])('%s is told so, as wrong usage', async (_, work, said) => {
    await expect(work()).rejects.toThrow(UsageError);
    await expect(work()).rejects.toThrow(said);
  });

  it.each([
    ['feature:invoice-extracter', /unknown feature invoice-extracter: did you mean feature:invoice-extractor\?/],
    ['team:search', /unknown team search: there are finance/],
    ['template:invoice-extractor/extrakt', /did you mean template:invoice-extractor\/extract\?/],
    ['model:haikus', /did you mean model:haiku\?/],
    ['key:0000', /unknown key 0000/],
  ])('a name that is not there is told the nearest: %s', async (scope, said) => {
    await expect(verbs.pause(stack, scope, {})).rejects.toThrow(OperatorError);
    await expect(verbs.pause(stack, scope, {})).rejects.toThrow(said);
  });

  it('changes nothing and leaves no trace', async () => {
    expect(JSON.parse(await verbs.overrides(stack, { json: true }))).toEqual({ overrides: [] });
    expect(JSON.parse(await verbs.overrides(stack, { json: true, all: true }))).toEqual({ acts: [] });
  });

  it.each([[['pause']], [['budget', 'raise', 'org', '--by', '5', '--until', '2h']], [['allow', 'org', '--rule', 'run_limit']]])(
    'exits with 2: %j',
    async (args) => {
      expect((await runCli('/nowhere', [...args, '--local'])).code).toBe(2);
    },
  );
});

describe('the operator’s tables', () => {
  it('show what is left of every budget, its parts as the gates have them', async () => {
    const gates = dynamodbGates(env());
    const hold = {
      id: '01JCALL#1',
      day: DAY,
      hour: `${DAY}T12`,
      admittedAtMs: NOW,
      deadlineMs: NOW,
      template: 'extract',
      model: 'haiku',
      claimed: false,
    };
    await gates.grant('org', { child: 'team:finance', day: DAY, seenPico: 0n, addPico: usdToPico(10), spendsAllowance: false }, {});
    await gates.take('team:finance', { day: DAY, seenPico: 0n, grantedPico: usdToPico(10) });
    await gates.take('feature:invoice-extractor/1', { day: DAY, seenPico: 0n, grantedPico: usdToPico(6) });
    await gates.hold('feature:invoice-extractor/1', { ...hold, amountPico: usdToPico(2) }, {}, { debtAllowed: false });
    const { rows } = JSON.parse(await verbs.budget(stack, undefined, { json: true }));
    expect(rows).toContainEqual({
      ...{ scope: 'org', period: 'daily', of: DAY, capUsd: '100', raisedUsd: '0', committedUsd: '10', heldUsd: '2' },
      ...{ allowanceUsd: null, leftUsd: '90' },
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ scope: 'team:finance', period: 'daily', capUsd: null, allowanceUsd: '10', leftUsd: null }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({
        scope: 'feature:invoice-extractor',
        period: 'hourly',
        of: `${DAY}T12`,
        capUsd: '5',
        committedUsd: '2',
        leftUsd: '3',
      }),
    );
    expect(rows.map(({ scope }: { scope: string }) => scope)).not.toContain('feature:_unassigned');
    expect(await verbs.budget(stack, 'feature:invoice-extractor', {})).toMatch(
      /invoice-extractor +hourly +\$5\.00[\s\S]*Bounded by[\s\S]*team:finance[\s\S]*org/,
    );
  });

  it('say what bounds a raise, and show it until it ends', async () => {
    const said = await verbs.raise(stack, 'feature:invoice-extractor', { ...RAISE, by: '45' });
    expect(said).toMatch(/higher until 2026-11-22 14:00 UTC[\s\S]*team:finance has only \$40\.00 left this month/);
    const { overrides } = JSON.parse(await verbs.overrides(stack, { json: true }));
    expect(overrides).toMatchObject([{ kind: 'raise', byUsd: '45', until: '2026-11-22T14:00:00.000Z', by: 'alice', reason: 'launch' }]);
    const later = { ...stack, now: async () => NOW + 2 * 3_600_000 };
    expect(JSON.parse(await verbs.overrides(later, { json: true }))).toEqual({ overrides: [] });
    expect(JSON.parse(await verbs.overrides(later, { json: true, all: true })).acts).toMatchObject([{ act: 'raise', state: 'expired' }]);
  });

  it('say what else stops a scope that was resumed', async () => {
    const key = { id: 'k1', hash: 'h1', features: 'all', createdAtMs: NOW } as const;
    await dynamodbKeys(env()).create(key);
    expect(await verbs.pause(stack, 'key:k1', { until: '1h' })).toMatch(/key:k1 is paused until 2026-11-22 13:00 UTC/);
    await verbs.pause(stack, 'team:finance', {});
    await verbs.pause(stack, 'template:agent/anything', {});
    expect(await verbs.resume(stack, 'template:agent/anything', {})).toBe(
      'template:agent/anything is no longer paused.\nIts calls are still stopped: team:finance is paused.',
    );
    expect(await verbs.resume(stack, 'model:haiku', {})).toBe('model:haiku was not paused.');
  });

  it('list open breakers, and how to close them', async () => {
    expect(await breakers(stack, {}, '')).toMatch(/^No breaker is open/);
    const ports = { gates: dynamodbGates(env()), settings, now: () => NOW - 60_000 };
    const evidence = { rule: 'identical_requests', burnedUsd: '1.5', times: 4 };
    await tripFeature('invoice-extractor', { reason: 'runaway_spend' }, ports);
    await dynamodbRuns(env()).trip('agent', 'r1', { untilMs: NOW + 60_000, reason: 'loop_detected', atMs: NOW - 1000, evidence });
    await dynamodbRuns(env()).trip('agent', 'old', { untilMs: NOW, reason: 'loop_detected', atMs: NOW - 1000 });
    expect(JSON.parse(await breakers(stack, { json: true }, ' --local')).breakers).toMatchObject([
      { scope: 'feature:invoice-extractor', state: 'open', reason: 'runaway_spend', trips: 1, since: '2026-11-22T11:59:00.000Z' },
      {
        scope: 'run:r1',
        feature: 'agent',
        reason: 'loop_detected',
        since: '2026-11-22T11:59:59.000Z',
        reset: 'npx spillway reset run:r1 --local',
        evidence,
        stoppedTodayUsd: '0',
      },
    ]);
    expect(await verbs.reset(stack, 'feature:invoice-extractor', {})).toBe(
      'The breaker of feature:invoice-extractor was open and is closed.',
    );
    expect(await verbs.reset(stack, 'run:r1', {})).toMatch(/was open and is closed/);
    expect(JSON.parse(await breakers(stack, { json: true }, ''))).toEqual({ breakers: [] });
  });
});
