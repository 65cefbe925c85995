import { clockAndChance } from '../functions/adapters/clock-and-chance.ts';
import { dynamodbGates } from '../functions/adapters/dynamodb-gates.ts';
import { dynamodbKeys } from '../functions/adapters/dynamodb-keys.ts';
import { dynamodbOverrides } from '../functions/adapters/dynamodb-overrides.ts';
import { dynamodbRefusals } from '../functions/adapters/dynamodb-refusals.ts';
import { dynamodbRunFinder } from '../functions/adapters/dynamodb-run-finder.ts';
import { dynamodbRuns } from '../functions/adapters/dynamodb-runs.ts';
import { LONGEST_MS } from '../functions/core/override/override.ts';
import type { ScopeKind } from '../functions/core/override/scope.ts';
import type { Settings } from '../functions/core/settings.ts';
import type { RefusalCounter } from '../functions/ports/refusal-counter.ts';
import type { OperatorPorts } from '../functions/use-cases/operate.ts';
import { knownScope } from './known-scope.ts';
import { localMinute } from './local-minute.ts';
import type { OperatedStack } from './operated-stack.ts';
import { parseUntil, UNTIL_FORMS } from './parse-until.ts';
import { UsageError } from './terminal.ts';

/** Where an operator acts on one stack: who, when, on what, and how what was typed is read. */
export type Desk = {
  readonly ports: OperatorPorts;
  readonly refusals: RefusalCounter;
  readonly settings: Settings;
  readonly nowMs: number;
  /** The scope that was typed. UsageError or OperatorError when there is none such. */
  readonly scope: (text: string, kinds?: readonly ScopeKind[]) => Promise<string>;
  /** The end that was typed, `most`: at most a week from now. UsageError when it is unreadable, past or too far. */
  readonly until: (text: string, most?: number) => number;
  /** As people read it, where the organization is. */
  readonly at: (atMs: number) => string;
};

export async function openDesk(stack: OperatedStack): Promise<Desk> {
  const [settings, nowMs, by] = await Promise.all([stack.settings(), stack.now(), stack.operator()]);
  const env = { CONTROL_TABLE: stack.tables.control };
  const at = (atMs: number) => `${localMinute(atMs, settings.timezone)} ${settings.timezone}`;
  return {
    settings,
    refusals: dynamodbRefusals(env),
    nowMs,
    at,
    ports: {
      settings,
      by,
      now: () => nowMs,
      newId: clockAndChance.newId,
      gates: dynamodbGates(env),
      overrideStore: dynamodbOverrides(env),
      runs: dynamodbRuns(env),
      runFinder: dynamodbRunFinder(env),
    },
    async scope(text, kinds) {
      const keyIds = text.startsWith('key:') ? (await dynamodbKeys(env).list()).map(({ id }) => id) : [];
      return knownScope(text, { settings, keyIds }, kinds);
    },
    until(text, most = LONGEST_MS) {
      const untilMs = parseUntil(text, nowMs, settings.timezone);
      if (untilMs === undefined) throw new UsageError(`--until ${text}: cannot be read; write ${UNTIL_FORMS}`);
      if (untilMs <= nowMs) throw new UsageError(`--until ${text}: ${at(untilMs)} is past; it is ${at(nowMs)}`);
      if (untilMs > nowMs + most)
        throw new UsageError(`--until ${text}: at most 7 days, ${at(nowMs + most)}; for longer, change the configuration`);
      return untilMs;
    },
  };
}
