import type { Evidence, Refusal, RefusalReason } from '../errors.ts';

/** A refusal as callers get it: inside `{ refused }` on Invoke, as problem+json over HTTP. */
export type WireRefusal = {
  readonly reason: RefusalReason;
  readonly message: string;
  /** ISO 8601. */
  readonly retryAt?: string;
  readonly evidence: Evidence;
  readonly docs: string;
};

export const wireRefusal = ({ reason, message, retryAtMs, evidence }: Refusal): WireRefusal => ({
  reason,
  message,
  ...(retryAtMs === undefined ? {} : { retryAt: new Date(retryAtMs).toISOString() }),
  evidence,
  docs: `docs/errors.md#${reason}`,
});
