import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { closeHour } from '../../functions/compactor/close-hour.ts';
import type { CompactorPorts } from '../../functions/compactor/run.ts';
import { memoryLedger } from '../../test/support/memory-ledger.ts';
import { memoryProfiles } from '../../test/support/memory-profiles.ts';
import { HOUR, madeEntries } from './made-hour.ts';

/** A process of its own: reads or closes one hour of so many entries, once, and says how long it took and what memory it had at most. */
type Ports = Pick<CompactorPorts, 'ledger' | 'profiles' | 'blobs'>;

const [, , store = 'memory', work = 'close', size = '10000'] = process.argv;
const WARM_UP = 3_000;

/** Entries are made as they are read; what is derived from them goes nowhere, compressed as it would be. */
const inMemory = (count: number): Ports => ({
  ledger: {
    ...memoryLedger(),
    async *ofHour() {
      yield* madeEntries(count);
    },
    putRollups: async () => {},
  },
  profiles: memoryProfiles(),
  blobs: {
    putGzip: (_key, chunks) =>
      pipeline(Readable.from(pieces(chunks)), createGzip(), new Writable({ write: (_piece, _coding, done) => done() })),
  },
});

/** As the adapter gathers them. */
async function* pieces(chunks: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let piece: string[] = [];
  for await (const chunk of chunks) {
    piece.push(chunk);
    if (piece.length < 300) continue;
    yield Buffer.from(piece.join(''));
    piece = [];
  }
  yield Buffer.from(piece.join(''));
}

async function inStores(): Promise<Ports> {
  const { dynamodbLedger } = await import('../../functions/adapters/dynamodb-ledger.ts');
  const { dynamodbProfiles } = await import('../../functions/adapters/dynamodb-profiles.ts');
  const { s3Blobs } = await import('../../functions/adapters/s3-blobs.ts');
  const env = { LEDGER_TABLE: `ledger-${size}`, BUCKET: 'files' };
  return { ledger: dynamodbLedger(env, 400), profiles: dynamodbProfiles(env), blobs: s3Blobs(env) };
}

async function read({ ledger }: Ports): Promise<void> {
  let tokens = 0;
  for await (const entry of ledger.ofHour(HOUR)) tokens += entry.usage.input;
  if (tokens === 0) throw new RangeError('the hour has no entries');
}

const ports = store === 'memory' ? inMemory(Number(size)) : await inStores();
const done = (those: Ports): Promise<void> => (work === 'read' ? read(those) : closeHour(HOUR, those));
await done(inMemory(WARM_UP));
const restMb = process.memoryUsage.rss() / 2 ** 20;
const started = performance.now();
await done(ports);
console.log(JSON.stringify({ ms: performance.now() - started, restMb, peakMb: process.resourceUsage().maxRSS / 2 ** 10 }));
process.exit(0);
