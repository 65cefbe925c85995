import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import { invokeHandler } from '../../functions/runtime/invoke.ts';
import { logger } from '../../functions/runtime/logger.ts';

const context: Context = {
  ...{ callbackWaitsForEmptyEventLoop: false, functionName: 'f', functionVersion: '1', invokedFunctionArn: 'arn', memoryLimitInMB: '1' },
  ...{ awsRequestId: 'r-1', logGroupName: 'g', logStreamName: 's' },
  ...{ getRemainingTimeInMillis: () => 1, done: () => {}, fail: () => {}, succeed: () => {} },
};
const failing = (error: unknown) => invokeHandler(logger('router'), () => Promise.reject(error))({}, context);

afterEach(() => vi.restoreAllMocks());

/** What the function logged while it worked. */
async function logged(work: () => Promise<unknown>): Promise<string> {
  const print = vi.spyOn(console, 'log').mockReturnValue();
  await work().catch(() => undefined);
  return print.mock.calls.map(String).join('\n');
}

describe('an invocation that fails', () => {
  it('because a store is down is refused as such', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const answer = await failing(new SpillwayError('store_unavailable', 'the settings could not be read'));
    expect(answer).toMatchObject({ refused: { reason: 'store_unavailable', message: 'the settings could not be read' } });
  });

  it('for a bug tells the caller where to look, and no more', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    await expect(failing(new TypeError('x is not a function'))).rejects.toMatchObject({ name: 'SpillwayFailure', stack: '' });
    expect(await logged(() => failing(new TypeError('x is not a function')))).toMatch(/"TypeError","message":"x is not a function"/);
  });

  it('on what a parser could not read logs none of it', async () => {
    const parse = async () => JSON.parse('my prompt');
    const log = await logged(() => invokeHandler(logger('router'), parse)({}, context));
    expect(log).toContain('SyntaxError');
    expect(log).not.toContain('prompt');
  });
});
