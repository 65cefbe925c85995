import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dynamodbUpkeepLease } from '../../functions/adapters/dynamodb-upkeep-lease.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryUpkeepLease } from '../support/memory-upkeep-lease.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

/** Time that passes with sleep alone. */
function clockOf(sleeps: number[] = []) {
  const clock = { nowMs: 1_000_000 };
  const sleep = async (ms: number): Promise<void> => {
    sleeps.push(ms);
    clock.nowMs += ms;
  };
  return { clock, now: () => clock.nowMs, sleep };
}

let tables = 0;
const freshTable = async () => ({ LEDGER_TABLE: (await dynalite.moreTables(`lease-${tables++}`)).ledgerTable });

describe.each([
  ['in memory', async () => memoryUpkeepLease()],
  ['in DynamoDB', async () => dynamodbUpkeepLease(await freshTable(), clockOf())],
] as const)('the lease of the compactor %s', (_where, make) => {
  it('lets one work after the other, also after one that failed', async () => {
    const lease = await make();
    const seen: string[] = [];
    const work = (name: string, fails = false) =>
      lease.during(async () => {
        seen.push(`${name} begins`);
        for (let turns = 0; turns < 20; turns++) await Promise.resolve();
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    await expect(work('a', true)).rejects.toThrow('a');
    expect(await Promise.all([work('b'), work('c')])).toEqual(['b', 'c']);
    expect(seen.map((each) => each.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
  });
});

describe('the lease of the compactor in DynamoDB', () => {
  /** A compactor that works until it is told to end. */
  async function working(env: { LEDGER_TABLE: string }, time: ReturnType<typeof clockOf>) {
    const begun = Promise.withResolvers<() => boolean>();
    const end = Promise.withResolvers<void>();
    const ended = dynamodbUpkeepLease(env, time).during(async (isLost) => {
      begun.resolve(isLost);
      await end.promise;
    });
    const stop = (): Promise<unknown> => {
      end.resolve();
      return ended;
    };
    return { isLost: await begun.promise, end: stop };
  }

  it('keeps others out for a minute when its holder is dead, who learns of it and ends nothing of theirs', async () => {
    const env = await freshTable();
    const time = clockOf();
    const dead = await working(env, time);
    const other = await working(env, time);
    expect(time.now()).toBe(1_060_000);
    expect([dead.isLost(), other.isLost()]).toEqual([true, false]);
    await dead.end();
    const third = clockOf();
    third.clock.nowMs = time.now() + 1;
    const waited = working(env, third);
    await other.end();
    await (await waited).end();
    expect(third.now()).toBeLessThan(1_120_000);
  });

  it('is renewed while its holder lives; who waits for a minute and a half waits in vain', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const env = await freshTable();
    const time = clockOf();
    const holder = await working(env, time);
    const elsewhere = dynamodbUpkeepLease(await freshTable(), clockOf());
    const sleep = async (ms: number): Promise<void> => {
      await time.sleep(ms);
      if (time.now() % 20_000 === 0) await vi.advanceTimersByTimeAsync(20_000);
      // The renewal is a write under way: this one and its end come after it.
      await elsewhere.during(async () => undefined);
    };
    const outcome = await dynamodbUpkeepLease(env, { now: time.now, sleep }).during(async () => 'worked');
    expect(outcome).toBeUndefined();
    expect(time.now()).toBeGreaterThan(1_090_000);
    expect(holder.isLost()).toBe(false);
    await holder.end();
    expect(await dynamodbUpkeepLease(env, time).during(async () => 'worked')).toBe('worked');
  });

  it('of a clock that was ahead binds nobody', async () => {
    const env = await freshTable();
    const ahead = clockOf();
    ahead.clock.nowMs = 9_000_000;
    const holder = await working(env, ahead);
    const time = clockOf();
    expect(await dynamodbUpkeepLease(env, time).during(async () => 'worked')).toBe('worked');
    expect(time.now()).toBe(1_000_000);
    await holder.end();
  });
});
