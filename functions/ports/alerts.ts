import type { Evidence } from '../core/errors.ts';

/** Something that a person must know now: a breaker that tripped, money that drifted, a job that failed. */
export type Alert = {
  readonly kind: string;
  readonly scope: string;
  readonly owner: string;
  readonly summary: string;
  readonly evidence: Evidence;
};

/** Delivery is at least once and best effort: an alert that cannot be sent is logged, and never fails the call. */
export type Alerts = { publish(alert: Alert): Promise<void> };
