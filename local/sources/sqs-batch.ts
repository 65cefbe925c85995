import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { InvocationResult } from '../lambda/protocol.ts';

/** A message as a Lambda function gets it from SQS. */
export const recordOf = (message: Message, queueArn: string) => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attributeOf(value)])),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: queueArn.split(':')[3] ?? '',
});

const attributeOf = ({ StringValue, BinaryValue, DataType }: MessageAttributeValue) => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType ?? 'String',
});

const responseSchema = z
  .looseObject({ batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().nullish() })).nullish() })
  .nullable();

/**
 * The messages that stay in the queue after an invocation, as Lambda decides it: all of them when the function failed, when its response
 * cannot be read, or when it names a message that was not in the batch.
 */
export function failedIds(result: InvocationResult, sent: readonly string[], partialResponses: boolean): ReadonlySet<string> {
  const all = new Set(sent);
  if (result.kind !== 'answered') return all;
  if (!partialResponses) return new Set();
  const response = parsed(result.payload);
  if (response === undefined) return all;
  const failed = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? '');
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}

function parsed(payload: string) {
  const result = responseSchema.safeParse(JSON.parse(payload));
  return result.success ? result.data : undefined;
}
