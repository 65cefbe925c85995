/** Files under keys: staged prompts, answers, report pages, exports. Overwrites; exclusivity belongs to conditional writes elsewhere, and removal to the bucket's lifecycle rules. */
export type BlobStore = {
  put(key: string, body: string | Uint8Array, contentType: string): Promise<void>;
  /** Undefined when there is no such key. */
  get(key: string): Promise<string | undefined>;
  /** A large text file line by line, in bounded memory. */
  lines(key: string): AsyncIterable<string>;
  /** Uploads in parts as they come, in bounded memory. */
  putStream(key: string, chunks: AsyncIterable<string>, contentType: string): Promise<void>;
  /**
   * The same, compressed: a gzip file, whose bytes are equal for equal texts. The file is there when all of it is; when `chunks` fails, what was there
   * before stays.
   */
  putGzip(key: string, chunks: AsyncIterable<string>): Promise<void>;
  list(prefix: string): AsyncIterable<string>;
};
