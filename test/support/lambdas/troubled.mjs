/** Handlers with every kind of trouble, for the tests of the Lambda host. */
export const echo = async (event, context) => ({
  event,
  now: Date.now(),
  arn: context.invokedFunctionArn,
  remainingMs: context.getRemainingTimeInMillis(),
});

export const environment = async () => process.env;

export const logs = async () => {
  console.log('one line');
  console.error('another line');
  return 'logged';
};

export const fails = async () => {
  throw new TypeError('no good');
};

export const callback = (_event, _context, done) => done(null, 'never');

export const crashes = async () => {
  setTimeout(() => {
    throw new Error('crashed in a timer');
  }, 5);
  await new Promise(() => {});
};

export const exits = async () => process.exit(3);

export const rejects = async () => {
  void Promise.reject(new RangeError('nobody caught this'));
  await new Promise(() => {});
};

export const loops = async (event) => {
  for (;;) if (event.stop) return 'stopped';
};

export const hoards = async () => {
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(Math.random()));
};

export const big = async ({ bytes }) => 'x'.repeat(bytes - 2);

export const money = async () => ({ pico: 1n });

let calls = 0;
export const counts = async () => {
  calls += 1;
  await new Promise((resolve) => setTimeout(resolve, 30));
  return calls;
};

/** Fails on messages that say `poison`. */
export const partial = async (event) => ({
  batchItemFailures: event.Records.filter((record) => record.body.includes('poison')).map((record) => ({
    itemIdentifier: record.messageId,
  })),
});

export const streams = awslambda.streamifyResponse(async (event, stream) => {
  const request = event.rawPath === undefined ? event : JSON.parse(event.body ?? '{}');
  if (request.failFirst) throw new Error('before the first byte');
  const answer = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201,
    headers: { 'content-type': 'text/event-stream' },
    cookies: ['a=b'],
  });
  for (const part of ['one ', 'two ', 'three']) {
    answer.write(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (request.failMiddle) throw new Error('in mid-stream');
  }
  answer.end();
});
