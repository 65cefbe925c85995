import { describe, expect, it } from 'vitest';
import { weeklyAt } from '../../lib/weekly-time.ts';
import { allowing, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();

describe('the weekly report', () => {
  it("goes out on Friday at four in the organization's own time zone, summer and winter", () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 16 ? * FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
  });

  it('moves with the configuration', () => {
    const report = { to: ['a@b.example'], from: 'c@b.example', at: 'Monday 08:05' };
    templateOf({ settings: { report, timezone: 'America/New_York' } }).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(5 8 ? * MON *)',
      ScheduleExpressionTimezone: 'America/New_York',
    });
  });

  it.each(['Friday', 'Friday 24:00', 'friday 16:00', 'Freitag 16:00', 'Friday 16:00 '])('refuses "%s" as a time', (at) => {
    expect(() => weeklyAt(at, 'Europe/Berlin')).toThrow(RangeError);
  });

  it('may be mailed from the configured sender, by its address or its domain, and from no other', () => {
    const sending = allowing(statementsOf(template, /./), 'ses:SendRawEmail');
    expect(sending).toHaveLength(1);
    const identities = sending[0]?.Resource.map((resource) => JSON.stringify(resource).replace(/.*identity\/([^"]*)".*/, '$1'));
    expect(identities).toEqual(['acme.example', 'spillway@acme.example']);
  });

  it('creates the sender only when asked, because a second creation fails the deployment', () => {
    template.resourceCountIs('AWS::SES::EmailIdentity', 0);
    templateOf({ options: { identity: 'create' } }).hasResourceProperties('AWS::SES::EmailIdentity', {
      EmailIdentity: 'spillway@acme.example',
    });
  });
});
