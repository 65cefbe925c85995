export type SendEvent = (event: string, data: unknown) => void;

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };

/**
 * Runs work that sends events. Nothing is answered before the first event: until then `work` may still answer a plain response, such as a
 * refusal with its status. Events are never held up by a slow reader and never fail by one that left: the work is being paid for. What fails
 * after the first event can no longer be answered: the stream ends, and `broke` is told.
 */
export async function eventStream(
  work: (send: SendEvent) => Promise<Response | undefined>,
  broke: (cause: unknown) => void,
): Promise<Response> {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let open = true;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      open = false;
    },
  });
  const { promise: started, resolve: start } = Promise.withResolvers<undefined>();
  const send: SendEvent = (event, data) => {
    start(undefined);
    if (open) controller?.enqueue(encoder.encode(`${event === '' ? '' : `event: ${event}\n`}data: ${textOf(data)}\n\n`));
  };
  const finished = work(send).finally(() => {
    if (open) controller?.close();
  });
  const plain = await Promise.race([started, finished]);
  finished.catch(broke);
  return plain ?? new Response(body, { headers: HEADERS });
}

const textOf = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data));
