import type { UsagePorts } from '../functions/use-cases/live-hours.ts';
import type { OperatedStack } from './operated-stack.ts';

/** The books of a stack, at one instant of its own time. Its AWS clients are made only here, once the stack is chosen. */
export async function usagePorts(stack: OperatedStack): Promise<UsagePorts> {
  const { dynamodbGates } = await import('../functions/adapters/dynamodb-gates.ts');
  const { dynamodbLedger } = await import('../functions/adapters/dynamodb-ledger.ts');
  const [nowMs, settings] = await Promise.all([stack.now(), stack.settings()]);
  return {
    gates: dynamodbGates({ CONTROL_TABLE: stack.tables.control }),
    ledger: dynamodbLedger({ LEDGER_TABLE: stack.tables.ledger }, settings.retentionDays),
    settings,
    now: () => nowMs,
  };
}
