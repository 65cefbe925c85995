import type { RefusalReason } from '../errors.ts';
import type { Arm } from '../ledger.ts';
import type { Json, Message, Prompt } from './converse.ts';
import type { WireUsage } from './usage.ts';

/** What a service asks the router: who it is (feature, template, run) and the prompt. */
export type RouteRequest = Prompt & {
  readonly feature: string;
  readonly template: string;
  readonly templateVersion?: string;
  readonly run?: string;
  readonly parentRun?: string;
  readonly expect?: { readonly jsonSchema: { readonly [key: string]: Json } };
  /** A configured model's name; overrides routing where the feature allows it. */
  readonly model?: string;
  readonly idempotencyKey?: string;
};

/** What the call cost and why; money is exact decimal USD. */
export type Receipt = {
  readonly model: string;
  readonly arm: Arm;
  readonly reason: string;
  readonly escalated: boolean;
  readonly attempts: number;
  readonly costUsd: string;
  readonly holdUsd: string;
  readonly maxTokensClampedTo?: number;
  readonly wouldRefuse?: RefusalReason;
  readonly budget: readonly { readonly scope: string; readonly remainingUsd: string }[];
  readonly warnings: readonly string[];
  readonly replayed?: boolean;
};

export type RouteAnswer = {
  readonly requestId: string;
  readonly output?: { readonly message: Message };
  readonly stopReason: string;
  /** The answering attempt's. */
  readonly usage: WireUsage;
  readonly receipt: Receipt;
};
