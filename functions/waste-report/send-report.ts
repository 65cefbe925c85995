import { localDay } from '../core/calendar.ts';
import { SpillwayError } from '../core/errors.ts';
import { buildReport, type NotSpent, type Report } from '../core/report.ts';
import { daysBetween, type ReportPeriod, reportPeriod } from '../core/report-period.ts';
import type { Settings } from '../core/settings.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { RefusalCounter } from '../ports/refusal-counter.ts';
import type { ReportState } from '../ports/report-state.ts';
import type { UsageLedger } from '../ports/usage-ledger.ts';
import { findingsCsv, spendCsv } from './report-csv.ts';
import { reportJson } from './report-json.ts';
import { reportHtml, reportSubject, reportText } from './report-mail.ts';
import { reportPage } from './report-page.ts';

export type ReportPorts = {
  readonly settings: Settings;
  readonly ledger: Pick<UsageLedger, 'rollups'>;
  readonly refusals: RefusalCounter;
  readonly state: ReportState;
  readonly blobs: BlobStore;
  readonly mailer: Mailer;
  readonly alerts: Alerts;
  readonly gatewayUrl: string;
  readonly now: () => number;
  /** A fresh secret for the page's address, and its hash, which alone is stored. */
  readonly newToken: () => { readonly token: string; readonly hash: string };
};

export type ReportOutcome = { readonly kind: 'sent' | 'already_sent' | 'being_sent'; readonly week: string };

/** A sender that has not finished after this long has died: its report is sent again. */
const SENDING_STALE_MS = 15 * 60_000;

/** Builds, stores and mails the report of this week, once: recorded before the mail goes and after. */
export async function sendReport(ports: ReportPorts): Promise<ReportOutcome> {
  const { settings, state } = ports;
  const period = reportPeriod(localDay(ports.now(), settings.timezone));
  const { token, hash } = ports.newToken();
  const claim = await state.claim(period.week, { nowMs: ports.now(), staleMs: SENDING_STALE_MS, tokenHash: hash });
  if (claim !== 'claimed') return { kind: claim === 'sent' ? 'already_sent' : 'being_sent', week: period.week };
  try {
    const report = await readReport(period, ports);
    await storeReport(report, ports);
    const { messageId } = await mailReport(report, new URL(`reports/${period.week}?t=${token}`, ports.gatewayUrl).href, ports);
    await state.markSent(period.week, { nowMs: ports.now(), messageId });
    return { kind: 'sent', week: period.week };
  } catch (error) {
    await giveUp(period, error, ports);
    throw error;
  }
}

async function readReport(period: ReportPeriod, { settings, ledger, refusals }: ReportPorts): Promise<Report> {
  const rollups = await Array.fromAsync(ledger.rollups(period.beforeFrom, period.to));
  const counted = await refusals.ofDays(period.from, period.to);
  const notSpent = [...Map.groupBy(counted, ({ feature, reason }) => `${feature}\u0000${reason}`).values()].flatMap(
    ([first, ...rest]): NotSpent[] => {
      if (first === undefined) return [];
      const add = (sum: NotSpent, next: NotSpent) => ({
        ...sum,
        count: sum.count + next.count,
        notSpentPico: sum.notSpentPico + next.notSpentPico,
      });
      const { feature, reason, count, notSpentPico } = first;
      return [rest.reduce(add, { feature, reason, count, notSpentPico })];
    },
  );
  return buildReport({ period, rollups, settings }, daysBetween(period.from, period.to), notSpent);
}

async function storeReport(report: Report, { blobs }: ReportPorts): Promise<void> {
  const folder = `reports/${report.period.week}`;
  await blobs.put(`${folder}/report.json`, JSON.stringify(reportJson(report)), 'application/json');
  await blobs.put(`${folder}/index.html`, reportPage(report), 'text/html; charset=utf-8');
}

const mailReport = (report: Report, pageUrl: string, { settings, mailer }: ReportPorts) =>
  mailer.send({
    from: settings.report.from,
    to: settings.report.to,
    subject: reportSubject(report),
    html: reportHtml(report, pageUrl),
    text: reportText(report, pageUrl),
    attachments: [
      { filename: `spend-${report.period.week}.csv`, contentType: 'text/csv', content: spendCsv(report) },
      { filename: `findings-${report.period.week}.csv`, contentType: 'text/csv', content: findingsCsv(report) },
    ],
  });

/** What surely did not go may be tried again at once; people hear of it, for a report that does not come is easily missed. */
async function giveUp({ week }: ReportPeriod, error: unknown, { state, alerts, settings }: ReportPorts): Promise<void> {
  if (!(error instanceof SpillwayError)) return;
  if (error.code === 'mail_refused') await state.markRefused(week);
  await alerts.publish({
    kind: 'report_failed',
    scope: 'org',
    owner: settings.unassignedOwner,
    summary: `The report of ${week} was not sent: ${error.publicMessage}`,
    evidence: { week, code: error.code },
  });
}
