import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as z from 'zod';
import { against, type Benchmark, type Figure } from './benchmark.ts';

const IN_STORES = [10_000, 100_000];
const IN_MEMORY = [10_000, 100_000, 1_000_000];
/** MB of heap that each process is given: with what else it needs, what a function of 512 MB has. */
const HEAP_MB = 320;
const MOST_MB = 512;
/** Time per entry of the larger hour against that of the smaller one. */
const MOST_GROWTH = 1.3;

const measured = z.object({ ms: z.number(), restMb: z.number(), peakMb: z.number() });
type Store = 'memory' | 'dynamodb';
type Measured = z.infer<typeof measured> & { readonly store: Store; readonly size: number; readonly readMs: number };

const file = (name: string): string => join(import.meta.dirname, 'compactor', name);

async function measure(store: Store, work: 'read' | 'close', size: number, env: NodeJS.ProcessEnv): Promise<z.infer<typeof measured>> {
  const args = [`--max-old-space-size=${HEAP_MB}`, file('measure.ts'), store, work, String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return measured.parse(JSON.parse(stdout));
}

/** Each in a process of its own, one after the other. */
async function measureAll(store: Store, sizes: readonly number[], env: NodeJS.ProcessEnv): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const size of sizes) {
    const { ms: readMs } = await measure(store, 'read', size, env);
    all.push({ ...(await measure(store, 'close', size, env)), store, size, readMs });
  }
  return all;
}

const named = ({ store, size }: Measured): string => `${size / 1_000}k ${store === 'memory' ? 'in memory' : 'in the embedded store'}`;
const round = (value: number): number => Number(value.toPrecision(3));

function figuresOf(all: readonly Measured[]): Figure[] {
  const speeds = all.map((one) =>
    against(`closed, ${named(one)}`, 'entries/s', (one.size / one.ms) * 1_000, (one.size / one.readMs) * 1_000),
  );
  const memory = all.map((one) => ({
    metric: `peak memory, ${named(one)}`,
    unit: 'MB',
    value: round(one.peakMb),
    baseline: round(one.restMb),
    ratio: round(one.peakMb / one.restMb),
    target: MOST_MB,
    met: one.peakMb < MOST_MB,
  }));
  const growth = all.flatMap((one, at) => {
    const before = all[at - 1];
    if (before === undefined) return [];
    const value = round(one.ms / one.size / (before.ms / before.size));
    return [
      {
        metric: `time per entry, ${named(one)} against ${before.size / 1_000}k`,
        unit: 'x',
        value,
        target: MOST_GROWTH,
        met: value <= MOST_GROWTH,
      },
    ];
  });
  return [...speeds, ...growth, ...memory];
}

/** Closing one hour, however large: rollups, file and template profiles in one pass. */
export const benchmark: Benchmark = {
  name: 'compactor',
  about: `one hour closed (rollups, compressed file, template profiles), against only reading its entries; memory against the process at rest; heap ${HEAP_MB} MB`,
  async run() {
    const stores = spawn(process.execPath, [file('stores.ts'), ...IN_STORES.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(createInterface(stores.stdout), 'line');
      const { url } = z.object({ url: z.url() }).parse(JSON.parse(String(line)));
      const env = {
        ...process.env,
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
      return [...figuresOf(await measureAll('dynamodb', IN_STORES, env)), ...figuresOf(await measureAll('memory', IN_MEMORY, env))];
    } finally {
      stores.kill();
    }
  },
};
