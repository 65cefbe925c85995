/** A gateway key as stored: its hash, never itself. */
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
};
