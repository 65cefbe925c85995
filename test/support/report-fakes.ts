import type { Rollup } from '../../functions/core/rollup.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { Alert } from '../../functions/ports/alerts.ts';
import type { Mail } from '../../functions/ports/mailer.ts';
import type { RefusalCount } from '../../functions/ports/refusal-counter.ts';
import type { ReportState } from '../../functions/ports/report-state.ts';
import type { ReportPorts } from '../../functions/waste-report/send-report.ts';
import { memoryBlobs } from './memory-batch.ts';

type Stored = { state: 'sending' | 'sent' | 'refused'; atMs: number };

/** Report state in memory: the same promises as the stored one. */
export function memoryReportState(): ReportState {
  const weeks = new Map<string, Stored>();
  return {
    async claim(week, { nowMs, staleMs }) {
      const known = weeks.get(week);
      if (known?.state === 'sent') return 'sent';
      if (known?.state === 'sending' && known.atMs >= nowMs - staleMs) return 'sending';
      weeks.set(week, { state: 'sending', atMs: nowMs });
      return 'claimed';
    },
    async markSent(week, { nowMs }) {
      weeks.set(week, { state: 'sent', atMs: nowMs });
    },
    async markRefused(week) {
      weeks.set(week, { state: 'refused', atMs: 0 });
    },
  };
}

export type ReportWorld = { ports: ReportPorts; mails: Mail[]; alerts: Alert[]; files: Map<string, string>; clock: { nowMs: number } };

/** All ports of the report in memory; `mail` decides what the mail service does. */
export function reportWorld(
  settings: Settings,
  rollups: readonly Rollup[],
  { mail, refusals = [] }: { mail?: (mail: Mail) => void; refusals?: readonly RefusalCount[] } = {},
): ReportWorld {
  const mails: Mail[] = [];
  const alerts: Alert[] = [];
  const blobs = memoryBlobs();
  const clock = { nowMs: Date.parse('2026-11-20T15:00:00Z') };
  const ports: ReportPorts = {
    settings,
    ledger: {
      async *rollups(from, to) {
        yield* rollups.filter(({ day }) => day >= from && day <= to);
      },
    },
    refusals: { count: async () => {}, ofDays: async () => [...refusals] },
    state: memoryReportState(),
    blobs,
    mailer: {
      async send(sent) {
        mail?.(sent);
        mails.push(sent);
        return { messageId: `mail-${mails.length}` };
      },
    },
    alerts: { publish: async (alert) => void alerts.push(alert) },
    gatewayUrl: 'https://gateway.example/',
    now: () => clock.nowMs,
    newToken: () => ({ token: 'secret-token', hash: 'hash-of-it' }),
  };
  return { ports, mails, alerts, files: blobs.files, clock };
}
