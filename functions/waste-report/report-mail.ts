import type { Finding } from '../core/findings/finding.ts';
import { displayUsd } from '../core/money.ts';
import type { Report, SpendLine } from '../core/report.ts';
import { type Html, html } from './html.ts';
import { change, percent, TITLES } from './report-words.ts';

const CELL = 'padding:6px 8px;border-bottom:1px solid #e3e7ec;font-size:14px;text-align:left;vertical-align:top';
const MONEY = `${CELL};text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums`;

/** The Friday mail: what was spent, what was wasted, by whom, what to change. Tables and inline styles, as mail clients want them. */
export function reportHtml(report: Report, pageUrl: string): string {
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>AI spend ${report.period.week}</title></head>
<body style="margin:0;background:#f4f6f8;font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;color:#16202b">
<div style="max-width:600px;margin:0 auto;padding:20px 14px;background:#ffffff">
<p style="margin:0;color:#566270;font-size:13px">${report.organization} · ${report.environment} · ${report.period.from} to ${report.period.to}</p>
<h1 style="margin:4px 0 0;font-size:26px">${displayUsd(report.totalPico)} spent <span style="font-size:15px;color:#566270">${change(report.totalPico, report.beforePico)} on the week before</span></h1>
<p style="margin:6px 0 18px;font-size:17px">${displayUsd(report.wastedPico)} of it looks wasted. ${report.calls.toLocaleString('en-US')} calls.</p>
${findingsSection(report.findings)}
${spendTable('Spend by feature', report.byFeature)}
${spendTable('Spend by model', report.byModel)}
${notSpentSection(report)}
<p style="font-size:14px;margin:22px 0 0"><a href="${pageUrl}" style="color:#0b5cad">Open the report</a> (the link works for 30 days). The spreadsheets are attached.</p>
</div></body></html>`;
  return body.markup;
}

function findingsSection(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p style="font-size:15px">No waste above the money floor this week.</p>`;
  return html`<h2 style="font-size:17px;margin:0 0 6px">What to change</h2>
<table role="presentation" style="width:100%;border-collapse:collapse">${findings.map(
    (
      found,
    ) => html`<tr><td style="${CELL}"><strong>${TITLES[found.kind]}: ${found.feature} / ${found.template}</strong><br>${found.action}<br>
<span style="color:#566270;font-size:13px">${found.owner} · ${found.method}</span></td><td style="${MONEY}"><strong>${found.wastedPico === 0n ? 'advice' : displayUsd(found.wastedPico)}</strong></td></tr>`,
  )}</table>`;
}

function spendTable(title: string, lines: readonly SpendLine[]): Html {
  return html`<h2 style="font-size:17px;margin:22px 0 6px">${title}</h2>
<table style="width:100%;border-collapse:collapse"><tr><th style="${CELL}">Name</th><th style="${MONEY}">Calls</th><th style="${MONEY}">Cache hits</th><th style="${MONEY}">Spend</th><th style="${MONEY}">Change</th></tr>
${lines.map(
  (
    line,
  ) => html`<tr><td style="${CELL}">${line.name}</td><td style="${MONEY}">${line.calls.toLocaleString('en-US')}</td><td style="${MONEY}">${percent(line.cacheHitRate)}</td>
<td style="${MONEY}">${displayUsd(line.costPico)}</td><td style="${MONEY}">${change(line.costPico, line.beforePico)}</td></tr>`,
)}</table>`;
}

function notSpentSection(report: Report): Html {
  if (report.notSpent.length === 0) return html``;
  return html`<h2 style="font-size:17px;margin:22px 0 6px">Money not spent: calls refused</h2>
<table style="width:100%;border-collapse:collapse">${report.notSpent.map(
    ({ feature, reason, count, notSpentPico }) =>
      html`<tr><td style="${CELL}">${feature}: ${reason}</td><td style="${MONEY}">${count}x</td><td style="${MONEY}">up to ${displayUsd(notSpentPico)}</td></tr>`,
  )}</table>`;
}

/** The same for readers without HTML. */
export function reportText(report: Report, pageUrl: string): string {
  const lines = [
    `${report.organization} (${report.environment}), ${report.period.from} to ${report.period.to}`,
    `${displayUsd(report.totalPico)} spent (${change(report.totalPico, report.beforePico)} on the week before), ${displayUsd(report.wastedPico)} of it looks wasted.`,
    '',
    ...report.findings.flatMap((found) => [
      `${displayUsd(found.wastedPico)}  ${TITLES[found.kind]}: ${found.feature} / ${found.template} (${found.owner})`,
      `    ${found.action}`,
    ]),
    '',
    ...report.byFeature.map(
      (line) => `${displayUsd(line.costPico).padStart(12)}  ${line.name} (${line.calls} calls, cache hits ${percent(line.cacheHitRate)})`,
    ),
    '',
    `The report: ${pageUrl}`,
  ];
  return lines.join('\n');
}

/** The number that matters first; the environment where it is not production. */
export function reportSubject(report: Report): string {
  const environment = report.environment === 'production' ? '' : `[${report.environment}] `;
  return `${environment}AI spend ${report.period.week}: ${displayUsd(report.wastedPico)} wasted of ${displayUsd(report.totalPico)}`;
}
