import { type CapUse, capUses } from '../core/budget.ts';
import { NOTICE_AT, type NoticeAt, noticeAt } from '../core/budget-notice.ts';
import { DAY_MS, monthOf } from '../core/calendar.ts';
import type { Evidence } from '../core/errors.ts';
import type { Gate, Scope } from '../core/gate.ts';
import { capsOf, featureOf } from '../core/gate-tree.ts';
import { picoToUsd } from '../core/money.ts';
import type { Settings } from '../core/settings.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { GateStore } from '../ports/gate-store.ts';
import type { OnceMarks } from '../ports/once-marks.ts';

type Ports = {
  readonly settings: Settings;
  readonly alerts: Alerts;
  readonly marks: OnceMarks;
  readonly now: () => number;
  readonly log: (event: string, facts: Evidence, cause?: unknown) => void;
};

type Notice = { readonly of: string; readonly use: CapUse; readonly percent: NoticeAt };

const markOf = ({ of }: Notice, percent: NoticeAt): string => `budget ${of} ${percent}`;

/** Longer than the month that a monthly notice is of. */
const MARK_LIFE_MS = 40 * DAY_MS;
const MOST_REMEMBERED = 10_000;

/**
 * Tells a budget's owner at 50, 80 and 95 % of a cap, once each for every period, among all environments. What is committed is seen in the gates that
 * admission reads and writes anyway; a store is asked only when a share is reached that this environment has not yet seen reached.
 */
export class BudgetNotices {
  readonly #ports: Ports;
  readonly #known = new Set<string>();
  readonly #due: Notice[] = [];

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The same gates, looked at as they go by. */
  watching(gates: GateStore): GateStore {
    return {
      ...gates,
      read: async (scope) => {
        const gate = await gates.read(scope);
        this.#look(gate);
        return gate;
      },
      hold: async (scope, hold, room, options) => {
        const write = await gates.hold(scope, hold, room, options);
        if (write.kind === 'changed') this.#look(write.gate, hold);
        return write;
      },
    };
  }

  /** Tells what has become due. Never throws: an owner who is not told is no reason to refuse a call. What could not be sent is not sent later. */
  async tell(): Promise<void> {
    await Promise.all(this.#due.splice(0).map((notice) => this.#tellOnce(notice)));
  }

  #look(gate: Gate, at: { readonly day?: string; readonly hour?: string } = {}): void {
    const caps = capsOf(gate.scope, this.#ports.settings);
    const day = at.day ?? latestDay(gate);
    if (day === undefined) return;
    for (const use of capUses(gate, caps, { day, ...(at.hour === undefined ? {} : { hour: at.hour }) })) {
      const percent = noticeAt(use);
      const period = use.period === 'daily' ? day : use.period === 'monthly' ? monthOf(day) : (at.hour ?? '');
      if (percent !== undefined) this.#note({ of: `${use.scope} ${period}`, use, percent });
    }
  }

  #note(notice: Notice): void {
    if (this.#known.has(markOf(notice, notice.percent))) return;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    for (const percent of upTo(notice)) this.#known.add(markOf(notice, percent));
    this.#due.push(notice);
  }

  async #tellOnce(notice: Notice): Promise<void> {
    const { marks, alerts, now, log } = this.#ports;
    const { use, percent } = notice;
    try {
      // Those below are marked too: what is committed also falls, and nobody is told of 80 % after 95 %.
      const firsts = await Promise.all(upTo(notice).map((each) => marks.first(markOf(notice, each), now() + MARK_LIFE_MS)));
      if (firsts.at(-1) !== true) return;
      const { scope, period } = use;
      const evidence = { scope, period, percent, capUsd: picoToUsd(use.capPico), committedUsd: picoToUsd(use.committedPico) };
      const summary = `${percent} % of the ${period} budget of ${scope} is committed`;
      await alerts.publish({ kind: 'budget_notice', scope, owner: this.#ownerOf(scope), summary, evidence });
    } catch (error) {
      log('notice_not_sent', { scope: use.scope }, error);
    }
  }

  #ownerOf(scope: Scope): string {
    const { features, unassignedOwner } = this.#ports.settings;
    return features[featureOf(scope) ?? '']?.owner ?? unassignedOwner;
  }
}

/** The shares up to this one, itself the last. */
const upTo = ({ percent }: Notice): NoticeAt[] => NOTICE_AT.filter((each) => each <= percent);

/** Of a gate that was read: the newest day that it has money of. */
const latestDay = (gate: Gate): string | undefined => Object.keys(gate.committedByDay).toSorted().at(-1);
