import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

export type QueueMessage = { readonly messageId: string; readonly body: string };

/** An SQS handler with partial batch responses: only the messages that `take` keeps come again, and after a throw all of them. */
export function sqsHandler(take: (messages: readonly QueueMessage[]) => Promise<{ keptIds: readonly string[] }>) {
  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const { keptIds } = await take(Records.map(({ messageId, body }) => ({ messageId, body })));
    return { batchItemFailures: keptIds.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
