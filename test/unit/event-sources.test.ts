import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../local/sources/event-pattern.ts';
import { failedIds } from '../../local/sources/sqs-batch.ts';

describe('an event pattern', () => {
  const pattern = { source: ['aws.bedrock'], detail: { status: ['Completed', 'Failed'] } };

  it('takes the events it names, and no others', () => {
    expect(matchesPattern(pattern, { source: 'aws.bedrock', detail: { status: 'Failed', other: 1 } })).toBe(true);
    expect(matchesPattern(pattern, { source: 'aws.bedrock', detail: { status: 'InProgress' } })).toBe(false);
    expect(matchesPattern(pattern, { source: 'aws.s3', detail: { status: 'Failed' } })).toBe(false);
    expect(matchesPattern(pattern, { source: 'aws.bedrock' })).toBe(false);
  });

  it('understands prefix, exists and anything-but, and says when it does not understand', () => {
    expect(matchesPattern({ a: [{ prefix: 'arn:' }] }, { a: 'arn:x' })).toBe(true);
    expect(matchesPattern({ a: [{ exists: false }] }, {})).toBe(true);
    expect(matchesPattern({ a: [{ 'anything-but': ['b'] }] }, { a: 'b' })).toBe(false);
    expect(() => matchesPattern({ a: [{ numeric: ['>', 1] }] }, { a: 2 })).toThrow(/numeric/);
  });
});

describe('a batch of messages', () => {
  const sent = ['a', 'b', 'c'];
  const answered = (value: unknown) => ({ kind: 'answered' as const, payload: JSON.stringify(value) });
  const failed = { kind: 'failed' as const, error: { errorType: 'Error', errorMessage: '' } };

  it('keeps what the function names', () => {
    expect(failedIds(answered({ batchItemFailures: [{ itemIdentifier: 'b' }] }), sent, true)).toEqual(new Set(['b']));
  });

  it.each([[null], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])('is done when nothing is named: %j', (response) => {
    expect(failedIds(answered(response), sent, true).size).toBe(0);
  });

  it.each([
    ['a failed function', failed],
    ['an unknown id', answered({ batchItemFailures: [{ itemIdentifier: 'z' }] })],
    ['an empty id', answered({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['a response that cannot be read', answered({ batchItemFailures: 'all' })],
  ])('stays whole after %s', (_, result) => {
    expect(failedIds(result, sent, true)).toEqual(new Set(sent));
  });

  it('is done whatever the function answers when it does not report failures', () => {
    expect(failedIds(answered({ batchItemFailures: [{ itemIdentifier: 'b' }] }), sent, false).size).toBe(0);
    expect(failedIds(failed, sent, false)).toEqual(new Set(sent));
  });
});
