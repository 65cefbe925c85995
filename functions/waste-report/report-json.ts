import { picoToUsd } from '../core/money.ts';
import type { Report, SpendLine } from '../core/report.ts';

/** The report for machines: exact decimal USD strings. What `spillway report --json` prints. */
export function reportJson(report: Report) {
  const line = ({ name, owner, calls, costPico, beforePico, usage, cacheHitRate }: SpendLine) => ({
    name,
    owner,
    calls,
    costUsd: picoToUsd(costPico),
    beforeUsd: picoToUsd(beforePico),
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadInputTokens: usage.cacheRead,
    cacheWriteInputTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cacheHitRate: cacheHitRate ?? null,
  });
  return {
    week: report.period.week,
    period: report.period,
    organization: report.organization,
    environment: report.environment,
    totals: {
      spendUsd: picoToUsd(report.totalPico),
      beforeUsd: picoToUsd(report.beforePico),
      wastedUsd: picoToUsd(report.wastedPico),
      calls: report.calls,
    },
    features: report.byFeature.map(line),
    models: report.byModel.map(line),
    days: report.byDay.map(({ day, costPico }) => ({ day, costUsd: picoToUsd(costPico) })),
    notSpent: report.notSpent.map(({ notSpentPico, ...counted }) => ({ ...counted, usd: picoToUsd(notSpentPico) })),
    findings: report.findings.map(({ wastedPico, ...finding }) => ({ ...finding, usd: picoToUsd(wastedPico), status: 'new' })),
  };
}
