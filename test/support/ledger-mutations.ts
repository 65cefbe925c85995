import { utcHour } from '../../functions/core/calendar.ts';
import { hourClosesAtMs } from '../../functions/core/closed-hours.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import type { LedgerMutation } from './ledger-life.ts';

const inLedger = (change: (ledger: UsageLedger) => Partial<UsageLedger>): LedgerMutation => ({
  compact: ({ ledger }) => ({ ledger: { ...ledger, ...change(ledger) } }),
});

/** Ways to do it wrong, each made anew for a life: what the rules must notice. */
export const MUTATIONS: Readonly<Record<string, () => LedgerMutation>> = {
  'a mark that is cleared before its entries are read': () => ({
    compact: ({ ledger, settings, now }) => ({
      ledger: {
        ...ledger,
        async dirtyHours() {
          const marks = (await ledger.dirtyHours()).filter(({ hour }) => now() >= hourClosesAtMs(hour, settings));
          await ledger.clearDirty(marks);
          return marks;
        },
      },
    }),
  }),
  'a mark that is cleared unread': () =>
    inLedger((ledger) => ({
      async clearDirty(marks) {
        const hours = new Set(marks.map(({ hour }) => hour));
        await ledger.clearDirty((await ledger.dirtyHours()).filter(({ hour }) => hours.has(hour)));
      },
    })),
  'progress that is noted before the rollups are put': () =>
    inLedger((ledger) => ({
      async *ofHour(hour, of) {
        const { closedHour = '', ...progress } = await ledger.progress();
        if (hour > closedHour) await ledger.setProgress({ ...progress, closedHour: hour });
        yield* ledger.ofHour(hour, of);
      },
    })),
  'rollups that are added to, not made again': () => {
    const sums = new Map<string, Rollup>();
    return inLedger((ledger) => ({
      putRollups(hour, rollups) {
        const added = rollups.map((rollup) => {
          const key = `${hour} ${rollup.day} ${rollup.feature} ${rollup.template} ${rollup.owner} ${rollup.mode}`;
          const known = sums.get(key);
          const sum = { ...rollup, costPico: rollup.costPico + (known?.costPico ?? 0n), calls: rollup.calls + (known?.calls ?? 0) };
          sums.set(key, sum);
          return sum;
        });
        return ledger.putRollups(hour, added);
      },
    }));
  },
  'a file that is not written again': () => {
    const written = new Set<string>();
    return {
      compact: ({ blobs }) => ({
        blobs: {
          async putGzip(key, chunks) {
            const text = (await Array.fromAsync(chunks)).join('');
            if (!written.has(key)) await blobs.putGzip(key, ReadableStream.from([text]));
            written.add(key);
          },
        },
      }),
    };
  },
  'a profile that counts an hour again': () => ({
    compact: ({ profiles }) => ({
      profiles: {
        ...profiles,
        async read(feature, template) {
          const profile = await profiles.read(feature, template);
          return profile === undefined ? undefined : { ...profile, throughHour: '' };
        },
        put: (...args) => profiles.put(...args),
      },
    }),
  }),
  'an audit of corrections': () => ({
    audit: ({ ledger }) => ({
      ledger: {
        ...ledger,
        async *ofHour(hour, of) {
          for await (const entry of ledger.ofHour(hour, of)) yield { ...entry, kind: 'settled' };
        },
      },
    }),
  }),
  'an audit that reads the gates last': () => ({
    audit({ ledger, gates, now }) {
      let first: Promise<ReadonlyMap<string, LedgerEntry[]>> | undefined;
      const readAll = async () => {
        const hours = Array.from({ length: 24 * 20 }, (_, ago) => utcHour(now() - ago * 3_600_000));
        const entries = await Promise.all(hours.map(async (hour) => [hour, await Array.fromAsync(ledger.ofHour(hour))] as const));
        return new Map(entries);
      };
      const read: typeof gates.read = async (scope) => {
        first ??= readAll();
        await first;
        return gates.read(scope);
      };
      return {
        gates: { ...gates, read },
        ledger: {
          ...ledger,
          async *ofHour(hour) {
            yield* (await first)?.get(hour) ?? [];
          },
        },
      };
    },
  }),
};
