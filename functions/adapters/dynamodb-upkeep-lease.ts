import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { UpkeepLease } from '../ports/upkeep-lease.ts';
import { clockAndChance } from './clock-and-chance.ts';
import { conditional, dynamodb, itemKey, number } from './dynamodb-client.ts';
import { ledgerKeys } from './tables.ts';

/** The dead keep others out for so long; the living renew in time. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
/** Longer than the dead keep it. */
const WAIT_MS = 90_000;
const POLL_MS = 500;

type Clock = Pick<typeof clockAndChance, 'now' | 'sleep'>;

/**
 * The compactor's lease in the ledger table. NOT guaranteed: that a process which stands still for a minute does not go on, for the one thing it is
 * doing, beside the next; or anything between clocks that differ by as much.
 */
export function dynamodbUpkeepLease({ LEDGER_TABLE }: { readonly LEDGER_TABLE: string }, clock: Clock = clockAndChance): UpkeepLease {
  return {
    async during(work) {
      const lease = await take(LEDGER_TABLE, clock);
      if (lease === undefined) return undefined;
      const renewing = setInterval(lease.renew, RENEW_MS);
      try {
        return await work(lease.isLost);
      } finally {
        clearInterval(renewing);
        await lease.end();
      }
    },
  };
}

/** Tries until it is free, or too much time has passed. */
async function take(TableName: string, clock: Clock) {
  for (const startedMs = clock.now(); clock.now() <= startedMs + WAIT_MS; await clock.sleep(POLL_MS)) {
    const nowMs = clock.now();
    const untilMs = nowMs + LEASE_MS;
    // One that ends later than any can was made by a clock that has been set back since.
    const free = 'attribute_not_exists(pk) OR untilMs <= :now OR untilMs > :latest';
    if ((await put(TableName, untilMs, free, { ':now': nowMs, ':latest': untilMs })) === 'changed')
      return heldLease(TableName, untilMs, clock);
  }
  return undefined;
}

/** A lease is known by its end. */
function heldLease(TableName: string, takenUntilMs: number, clock: Clock) {
  let untilMs = takenUntilMs;
  let lost = false;
  let renewing: Promise<void> = Promise.resolve();
  const move = (toMs: number) => put(TableName, toMs, 'untilMs = :mine', { ':mine': untilMs });
  const renew = async (): Promise<void> => {
    const nextMs = clock.now() + LEASE_MS;
    // A store that does not answer is asked again, until the lease has ended.
    const renewed = await move(nextMs).catch(() => undefined);
    if (renewed === 'refused') lost = true;
    if (renewed === 'changed') untilMs = nextMs;
  };
  return {
    isLost: (): boolean => lost || clock.now() >= untilMs,
    renew(): void {
      renewing = renewing.then(renew);
    },
    async end(): Promise<void> {
      await renewing;
      await move(0).catch(() => undefined);
    },
  };
}

const put = (TableName: string, untilMs: number, ConditionExpression: string, seen: Readonly<Record<string, number>>) =>
  conditional(() =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { ...itemKey(ledgerKeys.lease), untilMs: number(untilMs) },
        ConditionExpression,
        ExpressionAttributeValues: Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, number(value)])),
      }),
    ),
  );
