import { dynamodbGates } from '../functions/adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../functions/adapters/dynamodb-ledger.ts';
import { localDay } from '../functions/core/calendar.ts';
import type { Settings } from '../functions/core/settings.ts';
import { type Explained, explainRequest } from '../functions/use-cases/explain-request.ts';
import { explainJson } from './explain-json.ts';
import { explainText } from './explain-text.ts';
import { localMinute } from './local-minute.ts';
import type { OperatedStack } from './operated-stack.ts';
import { OperatorError } from './terminal.ts';
import { stackFlags, type VerbOptions } from './verb-options.ts';

/** All that the books say about one request. OperatorError when they know nothing of it. */
export async function explain(stack: OperatedStack, requestId: string, options: VerbOptions): Promise<string> {
  const [nowMs, settings] = await Promise.all([stack.now(), stack.settings()]);
  const ledger = dynamodbLedger({ LEDGER_TABLE: stack.tables.ledger }, settings.retentionDays);
  const gates = dynamodbGates({ CONTROL_TABLE: stack.tables.control });
  const explained = await explainRequest(requestId, { ledger, gates, settings, now: () => nowMs });
  if (explained.kind === 'unknown') throw new OperatorError(unknownText(requestId, explained, settings, options));
  return options.json === true ? JSON.stringify(explainJson(requestId, explained)) : explainText(requestId, explained, { settings, nowMs });
}

export function unknownText(
  requestId: string,
  { admittedAtMs, why }: Extract<Explained, { kind: 'unknown' }>,
  { timezone, retentionDays }: Pick<Settings, 'timezone' | 'retentionDays'>,
  options: VerbOptions,
): string {
  const at = `${localMinute(admittedAtMs, timezone)} ${timezone}`;
  if (why === 'future') return `nothing is booked for ${requestId}: its id says ${at}, which has not come: is it copied right?`;
  const day = localDay(admittedAtMs, timezone);
  if (why === 'expired')
    return `the entries of ${requestId} have expired: it is from ${at}, and entries are kept for ${retentionDays} days. What its day cost: npx spillway spend --from ${day} --to ${day} --by feature,template${stackFlags(options)}`;
  return `nothing is booked and nothing is held for ${requestId}, from ${at}: it was refused, the model failed without a bill, it is a batch job that is not harvested yet, or it is of another stack`;
}
