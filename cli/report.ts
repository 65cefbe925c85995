import { z } from 'zod';
import { s3Blobs } from '../functions/adapters/s3-blobs.ts';
import type { OperatedStack } from './operated-stack.ts';
import { printTable } from './print-table.ts';
import { OperatorError } from './terminal.ts';

const stored = z.looseObject({
  week: z.string(),
  totals: z.looseObject({ spendUsd: z.string(), wastedUsd: z.string() }),
  findings: z.array(
    z.looseObject({ kind: z.string(), feature: z.string(), template: z.string().nullish(), owner: z.string(), usd: z.string() }),
  ),
});

/** The stored Friday report of a week, or the newest. */
export async function report(stack: OperatedStack, options: { week?: string; json?: boolean }): Promise<string> {
  const blobs = s3Blobs({ BUCKET: stack.bucket });
  const weeks: string[] = [];
  for await (const key of blobs.list('reports/')) weeks.push(...(/^reports\/([^/]+)\/report\.json$/.exec(key)?.slice(1) ?? []));
  const week = options.week ?? weeks.toSorted().at(-1);
  const text = week === undefined ? undefined : await blobs.get(`reports/${week}/report.json`);
  if (text === undefined) {
    const known = weeks.length === 0 ? 'none has been made yet' : `there are ${weeks.toSorted().join(', ')}`;
    throw new OperatorError(`no report${week === undefined ? '' : ` of ${week}`}: ${known}`);
  }
  return options.json === true ? text : reportText(text);
}

function reportText(text: string): string {
  const { week, totals, findings } = stored.parse(JSON.parse(text));
  const rows = findings.map(({ kind, feature, template, owner, usd }) => [kind, feature, template ?? '', owner, `$${usd}`]);
  const table = rows.length === 0 ? 'Nothing was wasted.' : printTable([['finding', 'feature', 'template', 'owner', 'wasted'], ...rows]);
  return `Report of ${week}: spent $${totals.spendUsd}, wasted $${totals.wastedUsd}\n\n${table}`;
}
