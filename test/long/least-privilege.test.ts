import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionKey } from '../../local/outputs.ts';
import { STEPS, type Step } from '../support/permission-steps.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { watchAlerts } from '../support/stack-actions.ts';

/** Granted actions that nothing here can exercise, each with its reason. */
const NOT_EXERCISED: readonly (readonly [roleAndAction: RegExp, why: string])[] = [
  [/ logs:/, 'the Lambda service writes logs with the role; no call of the SDK does'],
  [/^BatchSubmitterJobRole\w* s3:ListBucket$/, 'Bedrock may list the folder of its input; the stand-in reads the one file'],
  [/^(BatchSubmitter|Compactor)\w* s3:AbortMultipartUpload$/, 'gives up an upload that fails half way; nothing here breaks S3'],
  [/^BatchSubmitter\w* sns:Publish$/, 'a loop alert of a call on demand; jobs carry no tools, so that none can be made here'],
  [/^Compactor\w* sns:Publish$/, 'money that drifted: proven with the day audit'],
  [/ sqs:GetQueueAttributes$/, 'the event source mapping asks when it is created'],
];

const isExcused = (permission: string) => NOT_EXERCISED.some(([pattern]) => pattern.test(permission));

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await watchAlerts(stack);
});
afterAll(() => stack.stop());

/** What an environment has read at its start, such as the settings, it reads again after this. */
async function recycleAll(): Promise<void> {
  const keys: readonly FunctionKey[] = ['router', 'gateway', 'batchIntake', 'batchSubmitter', 'batchHarvester', 'compactor', 'wasteReport'];
  await Promise.all(keys.map((key) => stack.host(key).recycle()));
}

/** Which steps use each permission, `role action`. Pollers and prewarmed environments work beside: a step may only seem to use one. */
async function usesOf(): Promise<Map<string, Step[]>> {
  const uses = new Map<string, Step[]>();
  for (const step of STEPS) {
    await recycleAll();
    stack.guard.forgetObserved();
    await step.run(stack);
    for (const [roleId, actions] of stack.guard.observed()) {
      for (const action of actions) uses.set(`${roleId} ${action}`, [...(uses.get(`${roleId} ${action}`) ?? []), step]);
    }
  }
  return uses;
}

/** The first step that fails without the permission; undefined when all of them still work. */
async function missedBy(permission: string, steps: readonly Step[]): Promise<string | undefined> {
  const [roleId = '', action = ''] = permission.split(' ');
  for (const step of steps) {
    await recycleAll();
    const restore = stack.guard.withoutAction(roleId, action);
    try {
      await step.run(stack);
    } catch (error) {
      return `${step.name}: ${String(error).slice(0, 160)}`;
    } finally {
      restore();
    }
  }
  return undefined;
}

describe('the permissions of the template', () => {
  let uses: ReadonlyMap<string, readonly Step[]>;
  beforeAll(async () => {
    uses = await usesOf();
  });

  it('are all used', async () => {
    const granted = [...(await stack.guard.granted())].flatMap(([roleId, actions]) => [...actions].map((action) => `${roleId} ${action}`));
    expect(granted.filter((permission) => !uses.has(permission) && !isExcused(permission))).toEqual([]);
  });

  it('are each missed by a step when they are taken away', async () => {
    const unmissed: string[] = [];
    for (const [permission, steps] of uses) {
      const failure = await missedBy(permission, steps);
      console.log(`without ${permission}: ${failure ?? 'NOTHING FAILED'}`);
      if (failure === undefined) unmissed.push(permission);
    }
    expect(unmissed).toEqual([]);
  });
});
