/** Keys of both tables, in one place. docs/storage.md explains each item. */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';
/** Epoch seconds; DynamoDB deletes late, so readers compare expiry themselves. */
export const EXPIRES_AT = 'expiresAt';

export const LEDGER_SHARDS = 16;

export const ledgerKeys = {
  entries: (hour: string, shard: number) => `usage#${hour}#${shard}`,
  entry: (feature: string, template: string, ulid: string, attempt: number) => `${feature}#${template}#${ulid}#${attempt}`,
  correction: (feature: string, template: string, ulid: string, attempt: number) => `${feature}#${template}#${ulid}#${attempt}#correction`,
  /** What the sort keys of a feature's entries begin with, or of one template's. */
  entriesOf: (feature: string, template?: string) => (template === undefined ? `${feature}#` : `${feature}#${template}#`),
  rollups: (day: string) => `rollup#${day}`,
  profile: (feature: string, template: string) => ({ pk: `profile#${feature}`, sk: template }),
  /** '#' is in no template's name. */
  spendProfile: (feature: string) => ({ pk: `profile#${feature}`, sk: '#spend' }),
  dirty: 'dirty',
  progress: { pk: 'progress', sk: 'compactor' },
  lease: { pk: 'progress', sk: 'lease' },
};

export const controlKeys = {
  gate: (scope: string) => ({ pk: `gate#${scope}`, sk: 'gate' }),
  run: (feature: string, run: string) => ({ pk: `run#${feature}#${run}`, sk: 'run' }),
  idempotency: (feature: string, key: string) => ({ pk: `idempotency#${feature}#${key}`, sk: 'idempotency' }),
  job: (feature: string, jobId: string) => ({ pk: `job#${feature}#${jobId}`, sk: 'job' }),
  chunk: (chunkId: string) => ({ pk: 'batch#chunks', sk: chunkId }),
  manifest: (manifestId: string) => ({ pk: 'batch#manifests', sk: manifestId }),
  gatewayKey: (hash: string) => ({ pk: `key#${hash}`, sk: 'key' }),
  gatewayKeyList: (id: string) => ({ pk: 'keys', sk: id }),
  outcome: (feature: string, template: string, requestId: string) => ({ pk: `outcomes#${feature}#${template}`, sk: requestId }),
  report: (week: string) => ({ pk: `report#${week}`, sk: 'report' }),
  refusal: (day: string, feature: string, template: string, reason: string) => ({
    pk: `refusals#${day}`,
    sk: `${feature}#${template}#${reason}`,
  }),
  override: (kind: string, scope: string, id: string) => ({ pk: 'overrides', sk: `${kind}#${scope}#${id}` }),
  act: (id: string) => ({ pk: 'overrides#audit', sk: id }),
  openRun: (feature: string, run: string) => ({ pk: 'breakers', sk: `${feature}#${run}` }),
  mark: (name: string) => ({ pk: `mark#${name}`, sk: 'mark' }),
  fingerprintKey: { pk: 'deployment', sk: 'fingerprint-key' },
};
