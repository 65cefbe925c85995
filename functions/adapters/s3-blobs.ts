import { createInterface } from 'node:readline';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { SpillwayError } from '../core/errors.ts';
import type { BlobStore } from '../ports/blob-store.ts';

const s3 = new S3Client({ maxAttempts: 4 });

/** Objects of the deployment's bucket. Overwrites; reads after writes are consistent. NOT guaranteed: anything between two keys. */
export function s3Blobs(env: { BUCKET: string }): BlobStore {
  const Bucket = env.BUCKET;
  return {
    async put(Key, Body, ContentType) {
      await available(() => s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType })));
    },
    async get(Key) {
      return available(async () => (await find(Bucket, Key))?.transformToString());
    },
    async *lines(Key) {
      const body = await available(() => find(Bucket, Key));
      if (!(body instanceof Readable)) throw unavailable(new RangeError(`no object ${Key}`));
      // A connection that breaks in the middle must not look like the end of the file: readline alone would end quietly.
      let broken: unknown;
      body.on('error', (error: unknown) => {
        broken = error;
      });
      for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) if (line !== '') yield line;
      if (broken !== undefined || !body.readableEnded) throw unavailable(broken);
    },
    putStream: (Key, chunks, ContentType) => upload({ Bucket, Key, ContentType }, chunks),
    // No Content-Encoding: it is a gzip file, which clients are not to unpack on their way.
    putGzip: (Key, chunks) => upload({ Bucket, Key, ContentType: 'application/gzip' }, chunks, createGzip({ chunkSize: PIECE_CHARACTERS })),
    async *list(Prefix) {
      const pages = paginateListObjectsV2({ client: s3 }, { Bucket, Prefix });
      for (let page = await available(() => pages.next()); page.done !== true; page = await available(() => pages.next())) {
        for (const { Key } of page.value.Contents ?? []) if (Key !== undefined) yield Key;
      }
    },
  };
}

/** In parts as they come. Whatever fails takes the parts back: an object is there whole or not at all. A failure of `chunks` is thrown as it is. */
async function upload(
  target: { readonly Bucket: string; readonly Key: string; readonly ContentType: string },
  chunks: AsyncIterable<string>,
  packed?: Duplex,
): Promise<void> {
  let broken: unknown;
  const told = (error: unknown): never => {
    broken ??= error;
    throw error;
  };
  // A byte stream: an object stream would be uploaded in one piece per chunk.
  const bytes = Readable.from(gathered(chunks, told), { objectMode: false });
  // What breaks the source breaks the packed stream, and with it the upload, which throws it.
  const Body = packed === undefined ? bytes : pipeline(bytes, packed, () => {});
  try {
    await new Upload({ client: s3, params: { ...target, Body } }).done();
  } catch (error) {
    throw broken ?? unavailable(error);
  }
}

const PIECE_CHARACTERS = 256 * 1024;

/** Short lines joined to pieces: a stream pays for each chunk, however small. */
async function* gathered(chunks: AsyncIterable<string>, told: (error: unknown) => never): AsyncGenerator<Buffer> {
  let piece: string[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      piece.push(chunk);
      length += chunk.length;
      if (length < PIECE_CHARACTERS) continue;
      yield Buffer.from(piece.join(''));
      piece = [];
      length = 0;
    }
  } catch (error) {
    told(error);
  }
  yield Buffer.from(piece.join(''));
}

/** Undefined for a key that is not there; a role without ListBucket is told AccessDenied instead, and that is thrown. */
async function find(Bucket: string, Key: string) {
  try {
    return (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body;
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function available<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw error instanceof SpillwayError ? error : unavailable(error);
  }
}

const unavailable = (cause: unknown): SpillwayError =>
  new SpillwayError('store_unavailable', 'the file store did not answer; try again', { retryable: true, cause });
