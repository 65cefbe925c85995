import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, utcHour } from '../../functions/core/calendar.ts';
import { badHours } from '../../functions/core/trace/bad-hours.ts';
import { Breakdown, NO_RUN } from '../../functions/core/trace/breakdown.ts';
import { CostSeries } from '../../functions/core/trace/cost-series.ts';
import { findSpike, traceWindow } from '../../functions/core/trace/find-spike.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { LARGE, type NoiseCell, spendNoise, usd } from '../support/spend-noise.ts';
import { cellsOf, makeSpike, noiseEntries, SHAPES, type Shape, type Spike, spikeEntries } from '../support/spend-spikes.ts';

const WINDOW = traceWindow('2026-11-22', 'Europe/Berlin');
const NOW_MS = Date.UTC(2026, 10, 22, 22, 59);
/** The week before, so that each organization has two weeks to be judged. */
const EARLIER = traceWindow('2026-11-15', 'Europe/Berlin');
const DAYS = [...EARLIER.filter(({ day }) => day < (WINDOW[0]?.day ?? '')), ...WINDOW];
const ORGANIZATIONS = 10;
const SPIKES_EACH = 20;

/** 100 features with 10 templates each, four weeks, about $650 a day; no spike in it. */
type Organization = { readonly series: CostSeries; readonly cells: ReadonlyMap<string, readonly NoiseCell[]> };

function organization(seed: number): Organization {
  const series = new CostSeries();
  const cells = new Map<string, NoiseCell[]>();
  for (const cell of spendNoise(seededRandom(seed), DAYS, LARGE)) {
    series.add(cell);
    const name = `${cell.feature}/${cell.template}`;
    const known = cells.get(name);
    if (known === undefined) cells.set(name, [cell]);
    else known.push(cell);
  }
  return { series, cells };
}

type Traced = { readonly shape: Shape; readonly template: boolean; readonly hour: boolean; readonly runs: boolean };

/** What of a spike is found in the organization: its template, its first bad hour, and its runs as the dearest. */
function traced(spike: Spike, { cells, series }: Organization, seed: number): Traced {
  const { shape } = spike;
  const found = findSpike(series, WINDOW, { nowMs: NOW_MS });
  if (found.kind === 'nothing') return { shape, template: false, hour: false, runs: false };
  const { feature, template } = found.culprit.costs;
  const hours = badHours(found.culprit, WINDOW);
  const read = new Set(hours.map(({ hour }) => hour));
  const random = seededRandom(seed);
  const noise = (cells.get(`${feature}/${template}`) ?? []).filter(({ hour }) => read.has(hour));
  const ordinary = noise.flatMap((each) => [...noiseEntries(each, random)]);
  const injected = [...spikeEntries(spike, random)].filter((entry) => entry.feature === feature && entry.template === template);
  const breakdown = new Breakdown();
  for (const entry of [...ordinary, ...injected.filter(({ hour }) => read.has(hour))]) breakdown.add(entry);
  const dearest = breakdown.runs.dearest().map(({ key }) => key);
  return {
    shape,
    template: feature === spike.feature && template === spike.template,
    hour: hours[0]?.hour === spike.hours[0]?.hour,
    runs: spike.runs.length === 0 ? dearest[0] === NO_RUN : spike.runs.every((run) => dearest.slice(0, spike.runs.length).includes(run)),
  };
}

function withSpike(seed: number, shape: Shape, books: Organization): Traced {
  const random = seededRandom(seed);
  const names = [...books.cells.keys()];
  const [feature = '', template = ''] = (names[random.below(names.length)] ?? '').split('/');
  const spike = makeSpike(shape, { feature, template }, WINDOW, 2000, random);
  for (const cell of cellsOf(spike)) books.series.add(cell);
  const result = traced(spike, books, seed);
  for (const cell of cellsOf(spike)) books.series.add({ ...cell, costPico: -cell.costPico });
  return result;
}

describe('100 features with 10 templates each', () => {
  let [calm, results]: [number, Traced[]] = [0, []];
  beforeAll(() => {
    for (let org = 0; org < ORGANIZATIONS; org += 1) {
      const books = organization(org);
      calm += [EARLIER, WINDOW].filter((window) => findSpike(books.series, window, { nowMs: NOW_MS }).kind === 'nothing').length;
      const shapes = Array.from({ length: SPIKES_EACH }, (_, at) => SHAPES[(org * SPIKES_EACH + at) % SHAPES.length] ?? 'one run');
      results.push(...shapes.map((shape, at) => withSpike(1000 * org + at, shape, books)));
    }
  }, 180_000);

  const share = (right: (result: Traced) => boolean) => results.filter(right).length / results.length;

  it('hide no spike of $2,000, whatever its shape: the trace finds its template, its first bad hour and its runs', () => {
    expect(results).toHaveLength(200);
    expect(new Set(results.map(({ shape }) => shape))).toEqual(new Set(SHAPES));
    expect(share(({ template }) => template)).toBeGreaterThanOrEqual(0.99);
    expect(share(({ hour }) => hour)).toBeGreaterThanOrEqual(0.99);
    expect(share(({ runs }) => runs)).toBeGreaterThanOrEqual(0.99);
  });

  it('have no culprit in an ordinary week, but for one in twenty', () => {
    expect(calm / (2 * ORGANIZATIONS)).toBeGreaterThanOrEqual(0.95);
  });
});

const CLIENTS = resolve(import.meta.dirname, '../../../shared/data/requests/servegen_clients_hourly.csv.gz');

describe.skipIf(!existsSync(CLIENTS))('fourteen days of real clients (ServeGen; skipped where the file is absent)', () => {
  const start = Date.UTC(2026, 10, 2);
  const end = start + 14 * DAY_MS - 1;
  const cell = (template: string, atMs: number, dollars: number): NoiseCell => {
    const hour = utcHour(atMs);
    return { feature: 'clients', template, day: hour.slice(0, 10), hour, costPico: usd(dollars) };
  };

  /** Each client a template, at $1 and $5 a million tokens, scaled to $650 a day in all. */
  function clients(): { series: CostSeries; names: string[] } {
    const rows = gunzipSync(readFileSync(CLIENTS)).toString().trim().split('\n').slice(1);
    const cells = rows.flatMap((row) => {
      const [model = '', client = '', hour, requests, , input, output] = row.split(',');
      const cost = Number(requests) * (Number(input) + 5 * Number(output));
      return cost > 0 ? [{ name: `${model}-${client}`, atMs: start + Number(hour) * HOUR_MS, cost }] : [];
    });
    const scale = (14 * 650) / cells.reduce((sum, { cost }) => sum + cost, 0);
    const series = new CostSeries();
    for (const { name, atMs, cost } of cells) series.add(cell(name, atMs, cost * scale));
    return { series, names: [...new Set(cells.map(({ name }) => name))] };
  }

  it('hide no spike of $2,000 in any of them, nor its first hour', () => {
    const { series, names } = clients();
    const window = traceWindow('2026-11-15', 'UTC');
    const random = seededRandom(5);
    expect(names.length).toBeGreaterThan(140);
    for (const name of names) {
      const [from, hours] = [start + (7 + random.below(7)) * DAY_MS + random.below(20) * HOUR_MS, 1 + random.below(4)];
      const spike = Array.from({ length: hours }, (_, at) => cell(name, from + at * HOUR_MS, 2000 / hours));
      for (const each of spike) series.add(each);
      const found = findSpike(series, window, { nowMs: end });
      expect(found.kind === 'spike' && [found.culprit.costs.template, badHours(found.culprit, window)[0]?.hour]).toEqual([
        name,
        spike[0]?.hour,
      ]);
      for (const each of spike) series.add({ ...each, costPico: -each.costPico });
    }
  });
});
