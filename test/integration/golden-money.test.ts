import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import { findPrice, METERS, type UnitPrices } from '../../functions/core/price-book.ts';
import { regionMismatch } from '../../lib/configuration/model-region.ts';
import { parseBedrockId } from '../../lib/prices/model-id.ts';
import { findModel } from '../../local/bedrock/models.ts';
import { rowsOf, sumOf } from '../support/export-world.ts';
import { checkFocus } from '../support/focus-checker.ts';
import { type GoldenPrice, goldenModel } from '../support/golden-price.ts';
import { GOLDEN_PRICES } from '../support/golden-prices.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { entriesAmong } from '../support/stored-entries.ts';

const REGION = 'us-east-1';
/** Rows that a running stack can be asked for today: a Bedrock model of this region, at the price that is in force now. */
const callable = GOLDEN_PRICES.filter((row) => {
  const { modelId, prices } = goldenModel('m', row);
  // The current Claude models are called through a profile alone.
  const called = findModel(modelId);
  const answers = called !== undefined && (called.throughProfile || !called.model.profileOnly);
  const inForce = findPrice(prices, row.mode, Date.now());
  const tiers = inForce === undefined ? [] : [inForce.prices, inForce.longPrompt?.prices];
  const isPrice = (price: UnitPrices | undefined) => METERS.every((meter) => price?.[meter] === row.unitPrices[meter]);
  const fits = regionMismatch(parseBedrockId(modelId).prefix, REGION) === undefined && usdToPico(row.costUsd) < usdToPico(1_000);
  return row.provider === 'bedrock' && row.mode !== 'batch' && answers && fits && tiers.some(isPrice);
});

const modelOf = ({ provider, id, base, own }: GoldenPrice) => JSON.stringify({ id: `${provider}/${id}`, base, price: own });
const names = new Map([...new Set(callable.map(modelOf))].map((model, at) => [model, `m${at}`]));
const total = sumPico(callable.map(({ costUsd }) => usdToPico(costUsd)));

const configuration = {
  organization: 'golden',
  unassignedOwner: 'owner@callable.example',
  timezone: 'Asia/Kathmandu',
  models: Object.fromEntries([...names].map(([model, name]) => [name, JSON.parse(model)])),
  budgets: { daily: 900_000, monthly: 900_000 },
  teams: { treasury: null },
  features: {
    golden: {
      ...{ owner: 'owner@callable.example', team: 'treasury', templates: 'open', route: { model: 'm0' }, allowModelOverride: true },
      ...{ limits: { inputTokens: 100_000, outputTokens: 1_000 }, loop: { identicalRequests: 1_000 } },
    },
  },
  billing: { inferenceProfiles: false },
  report: { to: ['to@callable.example'], from: 'from@callable.example' },
};

const folder = mkdtempSync(join(tmpdir(), 'spillway-golden-'));
let stack: TestStack;
beforeAll(async () => {
  writeFileSync(join(folder, 'callable.yaml'), stringify(configuration));
  stack = await startTestStack({ configFile: join(folder, 'callable.yaml'), stateDir: join(folder, '.spillway') });
}, 120_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const spend = async (by: string) => JSON.parse((await runCli(folder, ['spend', '--by', by, '--local', '--json'])).out);

/** The row's usage, said by the model stand-in: what the wire carries is Bedrock's own form of it. */
async function ask(row: GoldenPrice, at: number) {
  const { input, cacheRead: read, cacheWrite5m: write5m, cacheWrite1h: write1h, output } = row.usage;
  const text = `[[usage=${JSON.stringify({ input, read, write5m, write1h, output })}]]`;
  const Payload = JSON.stringify({
    ...{ feature: 'golden', template: `row-${at}`, model: names.get(modelOf(row)), messages: [{ role: 'user', content: [{ text }] }] },
    ...(row.mode === 'on_demand' ? {} : { serviceTier: { type: row.mode } }),
  });
  const answer = await new LambdaClient(stack.sdk).send(new InvokeCommand({ FunctionName: stack.functions.router, Payload }));
  return JSON.parse(answer.Payload?.transformToString() ?? 'null');
}

describe('the golden table', () => {
  it('has more than a handful of rows for a running stack', () => {
    expect(callable.length).toBeGreaterThanOrEqual(50);
    expect(new Set(callable.map(({ mode }) => mode))).toEqual(new Set(['on_demand', 'flex', 'priority']));
  });
});

describe('the golden table, through the running router', () => {
  it('is what each receipt says, with no error', { timeout: 60_000 }, async () => {
    const wrong: unknown[] = [];
    for (const [at, row] of callable.entries()) {
      const { receipt, refused } = await ask(row, at);
      if (receipt?.costUsd !== row.costUsd) wrong.push({ ...row, said: receipt?.costUsd ?? refused });
    }
    expect(wrong).toEqual([]);
  });

  it('is what each ledger entry says, in its own mode and at its own unit prices', async () => {
    const pages = await Array.fromAsync(paginateScan({ client: new DynamoDBClient(stack.sdk) }, { TableName: stack.tables.ledger }));
    const entries = new Map(entriesAmong(pages.flatMap(({ Items = [] }) => Items)).map((entry) => [entry.template, entry]));
    expect(entries.size).toBe(callable.length);
    for (const [at, { mode, costUsd, unitPrices, usage }] of callable.entries()) {
      const entry = entries.get(`row-${at}`);
      expect({ ...entry, usd: picoToUsd(entry?.costPico ?? 0n) }).toMatchObject({ kind: 'settled', mode, unitPrices, usd: costUsd });
      expect(entry?.usage).toEqual({ ...usage, reasoning: 0 });
    }
  });

  it.each(['feature', 'template', 'model', 'team', 'owner', 'mode', 'day', 'template,model,mode'])(
    'is what spend by %s adds up to, before and after the hours are closed',
    async (by) => {
      const open = await spend(by);
      expect([open.totalUsd, picoToUsd(sumPico(open.rows.map(({ costUsd }: { costUsd: string }) => usdToPico(costUsd))))]).toEqual([
        picoToUsd(total),
        picoToUsd(total),
      ]);
      if (by !== 'template,model,mode') return;
      stack.clock.advance(3 * 3_600_000);
      expect((await stack.runSchedule('compactor')).kind).toBe('answered');
      const { rows, totalUsd } = await spend(by);
      expect({ rows, totalUsd }).toEqual({ rows: open.rows, totalUsd: open.totalUsd });
      for (const [at, { costUsd }] of callable.entries())
        expect(rows.find(({ template }: { template: string }) => template === `row-${at}`)?.costUsd).toBe(costUsd);
    },
  );

  it('is what the spreadsheet and the FOCUS file come to', async () => {
    const from = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const print = async (format: string) => (await runCli(folder, ['export', '--local', '--format', format, '--from', from])).out;
    const csv = rowsOf(await print('csv'));
    expect(sumOf(csv, 'cost_usd')).toBe(total);
    for (const [at, { costUsd }] of callable.entries())
      expect(csv.find(({ template }) => template === `row-${at}`)?.['cost_usd']).toBe(costUsd);
    const focus = await print('focus');
    expect(checkFocus(focus)).toEqual([]);
    expect(sumOf(rowsOf(focus), 'ListCost')).toBe(total);
  });
});
