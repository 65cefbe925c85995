import type { AwsCall, Backend } from '../../local/backend.ts';
import { abort, sendError, type WireError } from '../../local/wire-error.ts';
import type { TestStack } from './stack.ts';

/** `unreachable`: connections break. `hangs`: no answer ever comes. Else the service answers every call with this error. */
export type Fault = 'unreachable' | 'hangs' | WireError;

const byFunctions = (call: AwsCall): boolean => call.caller.kind === 'role';

/** Breaks one AWS service for the functions (the operator still reaches it), until it is mended by what is answered. */
export function breakService(stack: TestStack, service: string, fault: Fault, concerns = byFunctions): () => void {
  const whole = stack.backends.get(service);
  if (whole === undefined) throw new RangeError(`no local service "${service}"`);
  const broken: Backend = async (call, response) => {
    if (!concerns(call)) return whole(call, response);
    if (fault === 'unreachable') return abort(response);
    if (fault !== 'hangs') sendError(call, response, fault);
  };
  stack.backends.set(service, broken);
  return () => void stack.backends.set(service, whole);
}
