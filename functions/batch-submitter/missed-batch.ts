import type { RoutePorts } from '../use-cases/route-ports.ts';

/** The router's ports, with every attempt booked as one that a batch should have made at half the price. */
export const missedBatch = (ports: RoutePorts): RoutePorts => ({
  ...ports,
  money: { ...ports.money, settle: (held, entry) => ports.money.settle(held, { ...entry, reason: 'missed_batch' }) },
});
