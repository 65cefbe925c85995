import type { BlobStore } from '../ports/blob-store.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { OutcomeStore } from '../ports/outcome-store.ts';
import type { ReportTokens } from '../ports/report-tokens.ts';
import type { RoutePorts } from '../use-cases/route-ports.ts';
import type { Caller } from './callers.ts';

export type GatewayPorts = RoutePorts & {
  readonly keys: KeyStore;
  readonly outcomes: OutcomeStore;
  readonly reports: ReportTokens;
  readonly blobs: Pick<BlobStore, 'get'>;
  readonly sha256: (text: string) => string;
};

/** What the routes of the gateway find in their context. */
export type GatewayVariables = { Variables: { ports: GatewayPorts; caller: Caller } };
