import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { sendReport } from '../../functions/waste-report/send-report.ts';
import { reportWorld } from '../support/report-fakes.ts';
import { rollup } from '../support/rollups.ts';
import { featureSettings, settings as makeSettings } from '../support/settings.ts';

const NASTY = 'a<script>alert(1)</script>';
const settings = makeSettings({ features: { a: featureSettings('a'), b: featureSettings('b', { owner: '=cmd()@acme.example' }) } });
const rollups = [
  rollup({ day: '2026-11-14', feature: 'a', costPico: usdToPico('12.345678901234'), calls: 3 }),
  rollup({ day: '2026-11-07', feature: 'a', costPico: usdToPico('6'), calls: 3 }),
  rollup({ day: '2026-11-15', feature: NASTY, costPico: usdToPico('1') }),
];
const refuse = () => {
  throw new SpillwayError('mail_refused', 'SES refused');
};

describe('the Friday report', () => {
  it('is mailed once, however often its schedule fires', async () => {
    const { ports, mails } = reportWorld(settings, rollups);
    const kinds = [await sendReport(ports), await sendReport(ports), await sendReport(ports)].map(({ kind }) => kind);
    expect(kinds).toEqual(['sent', 'already_sent', 'already_sent']);
    expect(mails).toHaveLength(1);
  });

  it('is mailed once when two schedules fire together', async () => {
    const { ports, mails } = reportWorld(settings, rollups);
    const outcomes = await Promise.all([sendReport(ports), sendReport(ports)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['being_sent', 'sent']);
    expect(mails).toHaveLength(1);
  });

  it('says in the subject and the text what was spent and links to its page', async () => {
    const { ports, mails } = reportWorld(settings, rollups);
    await sendReport(ports);
    expect(mails[0]?.subject).toBe('[test] AI spend 2026-W47: $0.00 wasted of $13.35');
    expect(mails[0]?.text).toContain('https://gateway.example/reports/2026-W47?t=secret-token');
    expect(mails[0]?.text).toContain('+122 %');
  });

  it('keeps its page and its data, exact to the pico-dollar', async () => {
    const { ports, files } = reportWorld(settings, rollups);
    await sendReport(ports);
    const data = JSON.parse(files.get('reports/2026-W47/report.json') ?? '{}');
    expect(data.totals).toMatchObject({ spendUsd: '13.345678901234', beforeUsd: '6', calls: 4 });
    expect(data.findings).toMatchObject([{ id: 'unused_feature:b:*', usd: '0', status: 'new' }]);
  });

  it('shows refusals as money not spent', async () => {
    const refusals = [
      { feature: 'a', template: 'x', reason: 'loop_detected', count: 2, notSpentPico: usdToPico(1) },
      { feature: 'a', template: 'y', reason: 'loop_detected', count: 3, notSpentPico: usdToPico(2) },
    ];
    const { ports, files } = reportWorld(settings, rollups, { refusals });
    await sendReport(ports);
    expect(JSON.parse(files.get('reports/2026-W47/report.json') ?? '{}').notSpent).toEqual([
      { feature: 'a', reason: 'loop_detected', count: 5, usd: '3' },
    ]);
  });

  it('lets no name run as markup in mail or page, nor as a formula in a spreadsheet', async () => {
    const { ports, mails, files } = reportWorld(settings, rollups);
    await sendReport(ports);
    expect(mails[0]?.html).not.toContain('<script>alert');
    expect(files.get('reports/2026-W47/index.html')).not.toContain('<script>alert');
    expect(mails[0]?.attachments.map(({ content }) => content).join('')).toContain("'=cmd()");
  });

  it('that SES refuses raises an alert and may be tried again at once', async () => {
    let healthy = false;
    const { ports, mails, alerts } = reportWorld(settings, rollups, { mail: () => (healthy ? undefined : refuse()) });
    await expect(sendReport(ports)).rejects.toThrow('mail_refused');
    expect(alerts).toMatchObject([{ kind: 'report_failed', scope: 'org' }]);
    healthy = true;
    expect((await sendReport(ports)).kind).toBe('sent');
    expect(mails).toHaveLength(1);
  });

  it('whose sender died is sent by the next run after 15 minutes, and not before', async () => {
    let dies = true;
    const { ports, clock } = reportWorld(settings, rollups, {
      mail: () => {
        if (dies) throw new RangeError('killed');
      },
    });
    await expect(sendReport(ports)).rejects.toThrow('killed');
    dies = false;
    clock.nowMs += 14 * 60_000;
    expect((await sendReport(ports)).kind).toBe('being_sent');
    clock.nowMs += 2 * 60_000;
    expect((await sendReport(ports)).kind).toBe('sent');
  });
});
