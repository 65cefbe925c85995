import { displayUsd, maxPico } from '../core/money.ts';
import type { Report, SpendLine } from '../core/report.ts';
import { Html, html } from './html.ts';
import { reportJson } from './report-json.ts';
import { change, percent, TITLES } from './report-words.ts';

const STYLE = new Html(`
:root{color-scheme:light dark;--ink:#16202b;--soft:#566270;--line:#dde3ea;--bar:#2f7dd1;--back:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9fadbb;--line:#2b3744;--bar:#5aa2ee;--back:#10161d}}
body{margin:0 auto;max-width:960px;padding:24px;font:16px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--back)}
h1{font-size:28px;margin:0}h2{font-size:19px;margin:32px 0 8px}table{width:100%;border-collapse:collapse}
th,td{padding:7px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.soft{color:var(--soft);font-size:14px}.bar{background:var(--bar);height:10px;border-radius:3px;min-width:2px}`);

/** The page beside the mail: one self-contained file, readable without scripts, its data inlined for those who want the numbers. */
export function reportPage(report: Report): string {
  const data = new Html(JSON.stringify(reportJson(report)).replaceAll('<', '\\u003c'));
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>AI spend ${report.period.week}</title><style>${STYLE}</style></head>
<body><main><p class="soft">${report.organization} · ${report.environment} · ${report.period.from} to ${report.period.to}</p>
<h1>${displayUsd(report.totalPico)} spent, ${displayUsd(report.wastedPico)} looks wasted</h1>
<p class="soft">${change(report.totalPico, report.beforePico)} on the week before · ${report.calls.toLocaleString('en-US')} calls</p>
<h2>Findings</h2>${findingsTable(report)}
<h2>Spend by day</h2>${dayBars(report)}
<h2>Spend by feature</h2>${spendTable(report.byFeature)}
<h2>Spend by model</h2>${spendTable(report.byModel)}
</main><script type="application/json" id="report">${data}</script></body></html>`.markup;
}

function findingsTable({ findings }: Report): Html {
  if (findings.length === 0) return html`<p>No waste above the money floor.</p>`;
  const rows = findings.map(
    (
      found,
    ) => html`<tr><td><strong>${TITLES[found.kind]}</strong><br>${found.feature} / ${found.template}<br><span class="soft">${found.owner}</span></td>
<td>${found.action}<br><span class="soft">${found.method}: ${evidenceOf(found.evidence)}</span></td><td class="n">${found.wastedPico === 0n ? 'advice' : displayUsd(found.wastedPico)}</td></tr>`,
  );
  return html`<table><tr><th>What</th><th>Change</th><th class="n">Wasted</th></tr>${rows}</table>`;
}

const evidenceOf = (evidence: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function dayBars({ byDay }: Report): Html {
  const most = maxPico(1n, ...byDay.map((day) => day.costPico));
  const rows = byDay.map(
    ({ day, costPico }) =>
      html`<tr><td>${day}</td><td style="width:60%"><div class="bar" style="width:${Number((costPico * 100n) / most)}%"></div></td><td class="n">${displayUsd(costPico)}</td></tr>`,
  );
  return html`<table>${rows}</table>`;
}

function spendTable(lines: readonly SpendLine[]): Html {
  const rows = lines.map(
    (
      line,
    ) => html`<tr><td>${line.name}<br><span class="soft">${line.owner}</span></td><td class="n">${line.calls.toLocaleString('en-US')}</td><td class="n">${percent(line.cacheHitRate)}</td>
<td class="n">${displayUsd(line.costPico)}</td><td class="n">${change(line.costPico, line.beforePico)}</td></tr>`,
  );
  return html`<table><tr><th>Name</th><th class="n">Calls</th><th class="n">Cache hits</th><th class="n">Spend</th><th class="n">Change</th></tr>${rows}</table>`;
}
