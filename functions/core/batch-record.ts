import type { Usage } from './usage.ts';
import type { Message } from './wire/converse.ts';

/** One line of a provider's output, normalised. */
export type BatchRecord =
  | {
      readonly kind: 'succeeded';
      readonly recordId: string;
      readonly message: Message;
      readonly stopReason: string;
      /** Undefined when the provider never said: booked as assumed, at the whole hold. */
      readonly usage: Usage | undefined;
    }
  | { readonly kind: 'failed'; readonly recordId: string; readonly reason: string }
  /** A truncated or foreign line: some record was perhaps answered, and billed, without us knowing which. */
  | { readonly kind: 'unreadable' };

/** Eleven letters and digits, as Bedrock asks: the record's place in its manifest's list. */
export const recordIdOf = (index: number): string => `R${String(index).padStart(10, '0')}`;
