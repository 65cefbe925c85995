import type { Context } from 'aws-lambda';
import { type Refusal, refuse, SpillwayError } from '../core/errors.ts';
import { type WireRefusal, wireRefusal } from '../core/wire/refusal.ts';
import type { Log } from './logger.ts';

/** Ours, below Lambda's own 6 MB, for requests and for answers. */
export const MOST_PAYLOAD_BYTES = 5_500_000;

/** The refusal of a request that is larger, or undefined. */
export const tooLarge = (bytes: number): Refusal | undefined =>
  bytes > MOST_PAYLOAD_BYTES
    ? refuse('request_too_large', 'a request may have 5.5 MB: send less', { bytes, allowedBytes: MOST_PAYLOAD_BYTES })
    : undefined;

/** Wraps a handler of Lambda `Invoke`: a store that is down is a refusal, what is unexpected is logged, and no caller gets a stack trace. */
export const invokeHandler =
  <Answer>(log: Log, answer: (event: unknown, context: Context) => Promise<Answer>) =>
  async (event: unknown, context: Context): Promise<Answer | { refused: WireRefusal }> => {
    try {
      return await answer(event, context);
    } catch (cause) {
      if (cause instanceof SpillwayError && cause.code === 'store_unavailable') {
        log('store_unavailable', { awsRequestId: context.awsRequestId }, cause);
        return refusedAnswer(refuse('store_unavailable', cause.publicMessage));
      }
      log('unexpected', { awsRequestId: context.awsRequestId }, cause);
      const failure = new Error(`Spillway failed; its log has the cause under ${context.awsRequestId}`);
      failure.name = 'SpillwayFailure';
      failure.stack = '';
      throw failure;
    }
  };

export const refusedAnswer = (refusal: Refusal): { refused: WireRefusal } => ({ refused: wireRefusal(refusal) });

/** The alias in `...:function:<name>:<alias>`: IAM let the caller in as this feature and as no other. */
export function aliasOf(invokedFunctionArn: string): string | undefined {
  const qualifier = invokedFunctionArn.split(':')[7];
  return qualifier === undefined || qualifier === '$LATEST' || /^\d+$/.test(qualifier) ? undefined : qualifier;
}
