import { afterAll, beforeAll, describe, it } from 'vitest';
import { breakService } from '../support/broken-service.ts';
import { Doors } from '../support/doors.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const THROTTLED = { code: 'ProvisionedThroughputExceededException', message: 'slow down', status: 400 };
let stack: TestStack;
let doors: Doors;
beforeAll(async () => {
  stack = await startTestStack();
  doors = new Doors(stack);
}, 120_000);
afterAll(() => stack.stop());

describe('a store that', () => {
  it('throttles is said to be down within half a minute', async () => {
    await doors.allAnswer();
    const mend = breakService(stack, 'dynamodb', THROTTLED);
    await doors.allRefuse().finally(mend);
    await doors.allAnswer();
  }, 60_000);

  it('never answers is said to be down within half a minute', async () => {
    await doors.allAnswer();
    const mend = breakService(stack, 'dynamodb', 'hangs');
    await doors.allRefuse().finally(mend);
    await doors.allAnswer();
  }, 60_000);

  it('never gives the settings at a cold start is said to be down within half a minute', async () => {
    const mend = breakService(stack, 'ssm', 'hangs');
    await Promise.all([stack.host('router').recycle(), stack.host('gateway').recycle()]);
    await doors.allRefuse().finally(mend);
    await doors.allAnswer();
  }, 60_000);
});
