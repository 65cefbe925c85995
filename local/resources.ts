import type { Backend } from './backend.ts';
import type { Template } from './template.ts';

export type EmulatorOptions = {
  /** Keeps tables, queues and bucket across restarts; absent: in memory. One process at a time: a second one throws and says so. */
  readonly dataDir?: string;
  /** Port of the inbox page; 0 = any free. */
  readonly inboxPort: number;
  /** The front's URL: queue URLs start with it. */
  readonly endpoint: () => string;
};

export type Emulators = {
  /** dynamodb, sqs, s3, sns, sts, ses. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly inboxUrl: string;
  stop(): Promise<void>;
};

export async function startEmulators(_options: EmulatorOptions): Promise<Emulators> {
  throw new RangeError('not yet');
}

/** Creates what the template declares; what a data directory already holds is kept and brought up to date. */
export async function createResources(_template: Template, _emulators: Emulators): Promise<void> {
  throw new RangeError('not yet');
}
