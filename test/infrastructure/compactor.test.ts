import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allowing, propertiesOf, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const COMPACTOR = /^Compactor/;
const FILES = ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListBucket', 's3:DeleteObject'];

describe('the compactor', () => {
  it('writes files under exports/, in parts, and does nothing else to any file', () => {
    const statements = statementsOf(template, COMPACTOR);
    const granted = FILES.flatMap((action) => allowing(statements, action).flatMap(({ Resource }) => Resource.map((one) => [action, one])));
    expect(granted.map(([action]) => action)).toEqual(['s3:PutObject', 's3:AbortMultipartUpload']);
    for (const [, resource] of granted) expect(JSON.stringify(resource)).toMatch(/"\/exports\/\*"/);
  });

  it('runs every hour, when the last one can be closed', () => {
    const schedules = Object.entries(propertiesOf(template, 'AWS::Scheduler::Schedule')).filter(([id]) => COMPACTOR.test(id));
    expect(schedules.map(([, { ScheduleExpression }]) => ScheduleExpression)).toEqual(['cron(5 * * * ? *)']);
  });

  it('has all the time that Lambda gives, and less of it than passes between two runs', () => {
    const [, properties] = Object.entries(propertiesOf(template, 'AWS::Lambda::Function')).find(([id]) => COMPACTOR.test(id)) ?? [];
    expect(properties?.['Timeout']).toBe(900);
  });
});

describe('the exports', () => {
  it('are written by nobody else', () => {
    const others = allowing(statementsOf(template, /^(?!Compactor)/), 's3:PutObject').flatMap(({ Resource }) => Resource);
    expect(others.filter((resource) => JSON.stringify(resource).includes('exports/'))).toEqual([]);
    expect(others.filter((resource) => JSON.stringify(resource).endsWith('"/*"]]}'))).toEqual([]);
  });

  it('are kept for ever: no rule of the bucket lets them expire', () => {
    const [bucket] = Object.values(propertiesOf(template, 'AWS::S3::Bucket'));
    const rule = z.object({ Prefix: z.string().optional(), ExpirationInDays: z.number().optional() });
    const { Rules } = z.object({ Rules: z.array(rule) }).parse(bucket?.['LifecycleConfiguration']);
    const expiring = Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(expiring.filter(({ Prefix = '' }) => 'exports/'.startsWith(Prefix) || Prefix.startsWith('exports/'))).toEqual([]);
    expect(expiring).not.toHaveLength(0);
  });
});
