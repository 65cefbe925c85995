/** A gateway key as stored: its hash (SHA-256, hex), never itself. */
export type GatewayKey = {
  readonly id: string;
  readonly hash: string;
  readonly features: readonly string[] | 'all';
  readonly createdAtMs: number;
  readonly revokedAtMs?: number;
};

export type KeyStore = {
  findByHash(hash: string): Promise<GatewayKey | undefined>;
  create(key: GatewayKey): Promise<void>;
  list(): Promise<GatewayKey[]>;
  /** `refused`: there is no such key, or it is revoked already. */
  revoke(id: string, atMs: number): Promise<'changed' | 'refused'>;
};
