import { createServer } from 'node:http';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  RequestTooLargeException,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionUrlListener } from '../../local/lambda/function-url.ts';
import { type LambdaServer, listen, startLambdaServer } from '../support/lambda-server.ts';

let lambda: LambdaServer;
beforeAll(async () => {
  lambda = await startLambdaServer();
});
afterAll(() => lambda.stop());

async function invoke(name: string, payload: unknown = {}, more: { Qualifier?: string } = {}) {
  const answer = await lambda.client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), ...more }));
  return { error: answer.FunctionError, payload: JSON.parse(answer.Payload?.transformToString() || 'null') };
}

describe('a function', () => {
  it('gets its event and answers over the real SDK', async () => {
    lambda.deploy('echo', { aliases: ['checkout'] });
    const { payload } = await invoke('echo', { hello: 'wörld' });
    expect(payload.event).toEqual({ hello: 'wörld' });
    expect(payload.remainingMs).toBeLessThanOrEqual(5_000);
  });

  it('learns the alias through which it was called', async () => {
    lambda.deploy('echo', { aliases: ['checkout'] });
    expect((await invoke('echo', {}, { Qualifier: 'checkout' })).payload.arn).toMatch(/:function:echo:checkout$/);
    expect((await invoke('echo:checkout')).payload.arn).toMatch(/:function:echo:checkout$/);
    await expect(invoke('echo:nobody')).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it('sees nothing of the shell that started it', async () => {
    lambda.deploy('environment');
    const { payload } = await invoke('environment');
    expect(payload).toEqual({ ONLY: 'this' });
  });

  it('sees the clock advance while it is warm', async () => {
    lambda.deploy('echo');
    const before = (await invoke('echo')).payload.now;
    lambda.clockOffsetMs[0] = 3_600_000;
    const after = (await invoke('echo')).payload.now;
    lambda.clockOffsetMs[0] = 0;
    expect(after - before).toBeGreaterThanOrEqual(3_600_000);
    expect(after - before).toBeLessThan(3_660_000);
  });

  it('runs one invocation an environment, four environments at most, and serves the rest in turn', async () => {
    lambda.deploy('counts');
    const answers = await Promise.all(Array.from({ length: 12 }, () => invoke('counts')));
    const firsts = answers.filter((answer) => answer.payload === 1).length;
    expect(firsts).toBeLessThanOrEqual(4);
    expect(answers.every((answer) => answer.error === undefined)).toBe(true);
  });

  it('leaves its console lines in its log, before its answer', async () => {
    const host = lambda.deploy('logs');
    await invoke('logs');
    expect(host.options.log.lines()).toEqual(expect.arrayContaining(['one line', 'another line']));
  });

  it.each([
    ['fails', 'TypeError', /no good/],
    ['callback', 'Runtime.CallbackHandlerDeprecated', /promise/],
    ['missing', 'Runtime.HandlerNotFound', /not exported/],
    ['money', 'TypeError', /BigInt/],
    ['crashes', 'Error', /crashed in a timer/],
    ['rejects', 'RangeError', /nobody caught/],
    ['exits', 'Runtime.ExitError', /exit status 3/],
  ])('that %s answers with a function error, and the next call gets an answer again', async (name, errorType, message) => {
    lambda.deploy(name);
    for (const _ of [1, 2]) {
      const { error, payload } = await invoke(name);
      expect(error).toBe('Unhandled');
      expect(payload.errorType).toBe(errorType);
      expect(payload.errorMessage).toMatch(message);
    }
  });

  it('is killed at its timeout, even in an endless loop', async () => {
    lambda.deploy('loops', { timeoutMs: 300 });
    expect((await invoke('loops', { stop: false })).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect((await invoke('loops', { stop: true })).payload).toBe('stopped');
  });

  it('is killed when it outgrows its memory, and nobody else is', async () => {
    lambda.deploy('hoards', { memoryMb: 64, timeoutMs: 20_000 });
    expect((await invoke('hoards')).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

describe("the Lambda service's own limits", () => {
  it('refuse a function that is not there', async () => {
    await expect(invoke('nobody')).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it('refuse a request over 6 MB and a body that is not JSON', async () => {
    lambda.deploy('echo');
    await expect(invoke('echo', 'x'.repeat(6_291_556))).rejects.toBeInstanceOf(RequestTooLargeException);
    await expect(lambda.client.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{nope' }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });

  it('refuse an asynchronous request over 1 MB', async () => {
    lambda.deploy('echo');
    const Payload = JSON.stringify('x'.repeat(1_048_577));
    const send = lambda.client.send(new InvokeCommand({ FunctionName: 'echo', InvocationType: 'Event', Payload }));
    await expect(send).rejects.toBeInstanceOf(RequestTooLargeException);
  });

  it('let the largest answer pass and turn a larger one into a function error', async () => {
    lambda.deploy('big');
    expect((await invoke('big', { bytes: 6_291_556 })).error).toBeUndefined();
    expect((await invoke('big', { bytes: 6_291_557 })).payload.errorType).toBe('Function.ResponseSizeTooLarge');
  });
});

describe('an asynchronous invocation', () => {
  const attempts = (lines: readonly string[]) => lines.filter((line) => line.startsWith('REPORT'));

  it('is accepted at once and repeated under the same request id as often as the template says', async () => {
    const host = lambda.deploy('fails', { retries: 2 });
    const answer = await lambda.client.send(new InvokeCommand({ FunctionName: 'fails', InvocationType: 'Event', Payload: '{}' }));
    expect(answer.StatusCode).toBe(202);
    await vi.waitFor(() => expect(attempts(host.options.log.lines())).toHaveLength(3), 5_000);
    expect(new Set(attempts(host.options.log.lines()).map((line) => line.split('\t')[0])).size).toBe(1);
  });

  it('is never repeated when the template says so', async () => {
    const host = lambda.deploy('fails', { retries: 0 });
    await lambda.client.send(new InvokeCommand({ FunctionName: 'fails', InvocationType: 'Event', Payload: '{}' }));
    await vi.waitFor(() => expect(attempts(host.options.log.lines())).toHaveLength(1), 5_000);
    await invoke('fails');
    expect(attempts(host.options.log.lines())).toHaveLength(2);
  });
});

describe('a streamed answer', () => {
  it('arrives chunk by chunk over InvokeWithResponseStream', async () => {
    lambda.deploy('streams');
    const answer = await lambda.client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'streams', Payload: '{}' }));
    const chunks: string[] = [];
    let complete = false;
    for await (const event of answer.EventStream ?? []) {
      if (event.PayloadChunk?.Payload !== undefined) chunks.push(Buffer.from(event.PayloadChunk.Payload).toString());
      if (event.InvokeComplete !== undefined) complete = event.InvokeComplete.ErrorCode === undefined;
    }
    expect(chunks.slice(1)).toEqual(['one ', 'two ', 'three']);
    expect(complete).toBe(true);
  });
});

describe('a function URL', () => {
  async function withUrl(authType: 'NONE' | 'AWS_IAM', use: (url: string) => Promise<void>) {
    const host = lambda.deploy('streams');
    const authorize = async (headers: Readonly<Record<string, string>>) =>
      headers['authorization'] === undefined ? undefined : { kind: 'operator' as const };
    const server = createServer(functionUrlListener({ host, authType, now: Date.now, authorize }));
    try {
      await use(await listen(server));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('streams status, headers, cookies and body', () =>
    withUrl('NONE', async (url) => {
      const answer = await fetch(`${url}/v1/x?a=1`, { method: 'POST', body: '{}' });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      expect(answer.headers.getSetCookie()).toEqual(['a=b']);
      expect(await answer.text()).toBe('one two three');
    }));

  it('answers 502 when the function fails before the first byte, and breaks off when it fails later', () =>
    withUrl('NONE', async (url) => {
      expect((await fetch(url, { method: 'POST', body: '{"failFirst":true}' })).status).toBe(502);
      const broken = await fetch(url, { method: 'POST', body: '{"failMiddle":true}' });
      await expect(broken.text()).rejects.toThrow();
    }));

  it('refuses a body over 6 MB itself', () =>
    withUrl('NONE', async (url) => {
      expect((await fetch(url, { method: 'POST', body: Buffer.alloc(6 * 1024 * 1024 + 1) })).status).toBe(413);
    }));

  it('with IAM refuses whoever did not sign', () =>
    withUrl('AWS_IAM', async (url) => {
      expect((await fetch(url)).status).toBe(403);
      expect((await fetch(url, { headers: { authorization: 'signed' } })).status).toBe(201);
    }));
});
