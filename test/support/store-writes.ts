import type { Backend } from '../../local/backend.ts';
import type { TestStack } from './stack.ts';

const WRITES = /\.(UpdateItem|PutItem|DeleteItem|BatchWriteItem)$/;

/** Counts what functions write to DynamoDB; the counting of refusals is left out. */
export function countStoreWrites(stack: TestStack): { take(): number } {
  const real = stack.backends.get('dynamodb');
  if (real === undefined) throw new RangeError('the stack has no DynamoDB');
  let writes = 0;
  const counting: Backend = (call, response) => {
    const counts = call.caller.kind === 'role' && WRITES.test(call.headers['x-amz-target'] ?? '') && !call.body.includes('"refusals#');
    writes += counts ? 1 : 0;
    return real(call, response);
  };
  stack.backends.set('dynamodb', counting);
  return {
    take: () => {
      const taken = writes;
      writes = 0;
      return taken;
    },
  };
}
