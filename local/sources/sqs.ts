import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import type { FunctionHost } from '../lambda/host.ts';
import { failedIds, recordOf } from './sqs-batch.ts';

/** What the template says about one AWS::Lambda::EventSourceMapping. */
export type SqsSource = {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly visibilityTimeoutMs: number;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly partialResponses: boolean;
  readonly maximumConcurrency: number;
};

export type SqsPollerOptions = {
  readonly source: SqsSource;
  readonly host: FunctionHost;
  /** Signs as the function's role, as Lambda does: its own policies decide. */
  readonly asFunction: SQSClient;
  /** For what Lambda does not do: giving messages back when the stack stops or its clock is advanced. */
  readonly asOperator: SQSClient;
  readonly clock: Clock;
};

/** Less than Lambda's 6 MB: the record's envelope and JSON escapes come on top. */
const MAX_BATCH_BYTES = 4_000_000;
const RECEIVE_AT_MOST = 10;
const AFTER_AN_ERROR_MS = 1_000;

/** Feeds one queue to one function: batch size, window, partial responses. What fails stays in the queue, whose own policy redrives it. */
export class SqsPoller {
  readonly #options: SqsPollerOptions;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #failed = new Map<string, number>();
  #carried: Message[] = [];
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SqsPollerOptions) {
    this.#options = options;
    options.clock.onAdvance(() => void this.#releaseDue());
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Waits for the poll under way (at most a second): fauxqs would give the next message to a poll that was cut off. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#carried.map((message) => this.#release(message.ReceiptHandle)));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const batch = await this.#collect();
      if (this.#stopped) {
        this.#carried = [...batch, ...this.#carried];
        return;
      }
      if (batch.length === 0) continue;
      while (this.#inFlight.size >= this.#options.source.maximumConcurrency) await Promise.race(this.#inFlight);
      const delivery: Promise<void> = this.#deliver(batch).finally(() => this.#inFlight.delete(delivery));
      this.#inFlight.add(delivery);
    }
  }

  /** A full batch, or what came within the window after its first message. */
  async #collect(): Promise<Message[]> {
    const { batchSize, windowMs } = this.#options.source;
    const batch: Message[] = [];
    let bytes = this.#take(batch, this.#carried.splice(0), 0);
    let endsAt = performance.now() + windowMs;
    while (!this.#stopped && this.#carried.length === 0 && batch.length < batchSize) {
      const leftMs = endsAt - performance.now();
      if (batch.length > 0 && leftMs <= 0) break;
      const waitSeconds = batch.length === 0 || leftMs >= 1_000 ? 1 : 0;
      const messages = await this.#receive(Math.min(RECEIVE_AT_MOST, batchSize - batch.length), waitSeconds);
      if (messages.length === 0 && waitSeconds === 0) break;
      if (batch.length === 0) endsAt = performance.now() + windowMs;
      bytes = this.#take(batch, messages, bytes);
    }
    return batch;
  }

  /** Moves messages into the batch while they fit; the rest begins the next one. */
  #take(batch: Message[], messages: readonly Message[], bytesBefore: number): number {
    let bytes = bytesBefore;
    for (const [index, message] of messages.entries()) {
      const size = Buffer.byteLength(message.Body ?? '');
      if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) {
        this.#carried.push(...messages.slice(index));
        break;
      }
      batch.push(message);
      bytes += size;
    }
    return bytes;
  }

  async #receive(count: number, waitSeconds: number): Promise<Message[]> {
    const { asFunction, source, host } = this.#options;
    try {
      const answer = await asFunction.send(
        new ReceiveMessageCommand({
          QueueUrl: source.queueUrl,
          MaxNumberOfMessages: count,
          WaitTimeSeconds: waitSeconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return answer.Messages ?? [];
    } catch (error) {
      if (!this.#stopped) host.options.log.write(`event source ${source.queueArn}: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, AFTER_AN_ERROR_MS));
      return [];
    }
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    const { source, host, clock } = this.#options;
    const visibleAtMs = clock.now() + source.visibilityTimeoutMs;
    const payload = JSON.stringify({ Records: batch.map((message) => recordOf(message, source.queueArn)) });
    try {
      const result = await host.invoke({ requestId: randomUUID(), invokedFunctionArn: host.options.spec.arn, payload });
      const failed = failedIds(
        result,
        batch.map((message) => message.MessageId ?? ''),
        source.partialResponses,
      );
      const isFailed = (message: Message) => failed.has(message.MessageId ?? '');
      for (const message of batch)
        if (isFailed(message) && message.ReceiptHandle !== undefined) this.#failed.set(message.ReceiptHandle, visibleAtMs);
      await this.#delete(batch.filter((message) => !isFailed(message)));
    } catch (error) {
      host.options.log.write(`event source ${source.queueArn}: ${String(error)}`);
    }
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    const { asFunction, source } = this.#options;
    for (let at = 0; at < messages.length; at += RECEIVE_AT_MOST) {
      const Entries = messages.slice(at, at + RECEIVE_AT_MOST).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await asFunction.send(new DeleteMessageBatchCommand({ QueueUrl: source.queueUrl, Entries }));
    }
  }

  /** The queue counts real seconds: messages whose timeout has passed by the stack's clock are made visible here. */
  async #releaseDue(): Promise<void> {
    const now = this.#options.clock.now();
    const due = [...this.#failed].filter(([, visibleAtMs]) => visibleAtMs <= now).map(([handle]) => handle);
    for (const handle of due) this.#failed.delete(handle);
    await Promise.all(due.map((handle) => this.#release(handle)));
  }

  async #release(handle: string | undefined): Promise<void> {
    const { asOperator, source } = this.#options;
    const command = new ChangeMessageVisibilityCommand({ QueueUrl: source.queueUrl, ReceiptHandle: handle, VisibilityTimeout: 0 });
    // Visible again already: nothing to do.
    await asOperator.send(command).catch(() => {});
  }
}
