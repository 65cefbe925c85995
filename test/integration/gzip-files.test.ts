import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Blobs } from '../../functions/adapters/s3-blobs.ts';
import { type QueueEmulator, startFauxqs } from '../../local/emulators/fauxqs.ts';
import { serveBackend } from '../support/backend-server.ts';
import { seededRandom } from '../support/seeded-random.ts';

const Bucket = 'files';
const blobs = s3Blobs({ BUCKET: Bucket });
let faux: QueueEmulator;
let server: Awaited<ReturnType<typeof serveBackend>>;
let s3: S3Client;
const calls: string[] = [];

beforeAll(async () => {
  faux = await startFauxqs(undefined, () => server.url);
  server = await serveBackend((call, response) => {
    calls.push(`${call.method} ${call.url.replace(/=[^&]*|&x-id/g, '')}`);
    return faux.backend(call, response);
  });
  process.env['AWS_ENDPOINT_URL_S3'] = server.url;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  s3 = new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await server.close();
  await faux.stop();
});

async function* from(lines: Iterable<string>) {
  yield* lines;
}

/** Lines that gzip cannot make much smaller: more than one part of an upload. */
const { next } = seededRandom(7);
const noise = (): string => Array.from({ length: 12 }, () => next().toString(36).slice(2)).join('');
const LARGE = Array.from({ length: 80_000 }, (_, line) => `${line} ${noise()} ü\n`);

async function read(Key: string) {
  const { Body, ContentType, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), ContentType, ContentEncoding };
}

describe('a gzip file in S3', () => {
  it('is what any gunzip reads, and says that it is a file and no transfer coding', async () => {
    await blobs.putGzip('small.gz', from(['{"a":1}\n', '{"ü":2}\n']));
    const { bytes, ContentType, ContentEncoding } = await read('small.gz');
    expect(gunzipSync(bytes).toString()).toBe('{"a":1}\n{"ü":2}\n');
    expect([ContentType, ContentEncoding]).toEqual(['application/gzip', undefined]);
  });

  it('has equal bytes for equal lines, at any time, also in several parts', async () => {
    await blobs.putGzip('one.gz', from(LARGE));
    const first = (await read('one.gz')).bytes;
    await blobs.putGzip('one.gz', from(LARGE));
    expect(first.length).toBeGreaterThan(6 * 1024 * 1024);
    expect((await read('one.gz')).bytes.equals(first)).toBe(true);
    // No time of its making: bytes 4 to 7 of the header (RFC 1952).
    expect([...first.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect(gunzipSync(first).toString()).toBe(LARGE.join(''));
  });

  it.each([
    ['in its first part', 10, []],
    ['after parts were sent', 78_000, ['POST ?uploads', 'PUT ?partNumber&uploadId', 'DELETE ?uploadId']],
  ])('stays as it was when its lines break off %s, and leaves no parts behind', async (_where, lines, made) => {
    await blobs.putGzip('kept.gz', from(['before\n']));
    calls.length = 0;
    async function* breaking() {
      let line = 0;
      for (const each of LARGE) {
        if (line++ === lines) throw new RangeError('unreadable entry');
        yield each;
      }
    }
    await expect(blobs.putGzip('kept.gz', breaking())).rejects.toThrow(new RangeError('unreadable entry'));
    expect(calls.map((call) => call.replace('/files/kept.gz', ''))).toEqual(made);
    expect(gunzipSync((await read('kept.gz')).bytes).toString()).toBe('before\n');
  });

  it('fails as a store when S3 does not take it', async () => {
    const nowhere = s3Blobs({ BUCKET: 'no-such-bucket' });
    await expect(nowhere.putGzip('a.gz', from(['x\n']))).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(nowhere.putGzip('a.gz', from(LARGE))).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
