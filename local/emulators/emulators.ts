import { join } from 'node:path';
import type { Backend } from '../backend.ts';
import { lockDataDir } from '../data-dir.ts';
import { startDynamodb } from './dynamodb.ts';
import { type MayList, startFauxqs } from './fauxqs.ts';
import { startSes } from './ses.ts';

export type EmulatorOptions = {
  /** Keeps tables, queues and bucket across restarts; absent: in memory. One process at a time: a second one throws and says so. */
  readonly dataDir?: string;
  /** Port of the inbox page; 0 = any free. */
  readonly inboxPort: number;
  /** The front's URL: queue URLs start with it. */
  readonly endpoint: () => string;
  /** S3 tells a missing key only to who may list the bucket; absent: to all. */
  readonly mayList?: MayList;
};

export type Emulators = {
  /** dynamodb, sqs, s3, sns, sts, ses. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly inboxUrl: string;
  readonly endpoint: () => string;
  /** Lets these addresses and domains send mail. */
  verify(identities: readonly string[]): void;
  /** Flushes and releases the data directory. */
  stop(): Promise<void>;
};

/** Services of their own packages, in this process. */
export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  const { dataDir, endpoint } = options;
  const unlock = dataDir === undefined ? () => {} : lockDataDir(dataDir);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((each) => each()));
    unlock();
  };
  try {
    const dynamodb = startDynamodb(dataDir === undefined ? undefined : join(dataDir, 'dynamodb'));
    stops.push(dynamodb.stop);
    const queues = await startFauxqs(dataDir === undefined ? undefined : join(dataDir, 'queues'), endpoint, options.mayList);
    stops.push(queues.stop);
    const ses = await startSes(options.inboxPort);
    stops.push(ses.stop);
    const shared = ['sqs', 's3', 'sns', 'sts'].map((service): [string, Backend] => [service, queues.backend]);
    const backends = new Map<string, Backend>([['dynamodb', dynamodb.backend], ['ses', ses.backend], ...shared]);
    return { backends, inboxUrl: ses.inboxUrl, endpoint, verify: ses.verify, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
