import { type FunctionConfiguration, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { loadSettings } from '../functions/adapters/ssm-settings.ts';
import type { OperatedStack } from './operated-stack.ts';
import { OperatorError } from './terminal.ts';

/** The function whose environment names everything that an operator reads. */
const NAMING_FUNCTION = 'Compactor';

const variables = z.object({ LEDGER_TABLE: z.string(), CONTROL_TABLE: z.string(), BUCKET: z.string(), SETTINGS_PATH: z.string() });

/** The stack of that name in the account and region of the shell's AWS credentials. Needs lambda:ListFunctions and to read tables, bucket and settings. */
export async function deployedStack(name: string): Promise<OperatedStack> {
  const found = await findFunction(`${name}-${NAMING_FUNCTION}`);
  const env = variables.safeParse(found?.Environment?.Variables);
  if (!env.success)
    throw new OperatorError(
      `no deployed stack ${name} in this account and region: choose with --stack, AWS_PROFILE and AWS_REGION, or add --local`,
    );
  return {
    tables: { ledger: env.data.LEDGER_TABLE, control: env.data.CONTROL_TABLE },
    bucket: env.data.BUCKET,
    settings: () => loadSettings(env.data.SETTINGS_PATH),
    now: async () => Date.now(),
    operator: callerOfAws,
  };
}

/** The principal's ARN: `arn:aws:sts::111122223333:assumed-role/Operator/alice`. Everybody may ask for it. */
async function callerOfAws(): Promise<string> {
  try {
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    const { Arn } = await new STSClient({ maxAttempts: 3 }).send(new GetCallerIdentityCommand({}));
    if (Arn !== undefined) return Arn;
  } catch (error) {
    throw new OperatorError(`AWS does not say who you are, and an act without a name is not done: ${String(error)}`, { cause: error });
  }
  throw new OperatorError('AWS does not say who you are, and an act without a name is not done');
}

/** CloudFormation names a function `<stack>-<logical id>-<random>`. */
async function findFunction(prefix: string): Promise<FunctionConfiguration | undefined> {
  try {
    for await (const page of paginateListFunctions({ client: new LambdaClient({ maxAttempts: 3 }) }, {})) {
      const found = page.Functions?.find(({ FunctionName }) => FunctionName?.startsWith(prefix));
      if (found !== undefined) return found;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`AWS cannot be asked for the deployed stack: ${reason} (for the local one, add --local)`, { cause: error });
  }
  return undefined;
}
