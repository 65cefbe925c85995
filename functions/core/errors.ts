/** Who has to act when a call is refused. */
export type FailureOwner = 'caller' | 'team' | 'upstream' | 'platform';

/** Every way to be refused: the owner of the failure, its HTTP status, and whether waiting a minute can mend it. Headings of docs/errors.md. */
export const REFUSALS = {
  request_malformed: { owner: 'caller', status: 400, retryable: false },
  request_too_large: { owner: 'caller', status: 413, retryable: false },
  untagged: { owner: 'caller', status: 400, retryable: false },
  unknown_feature: { owner: 'caller', status: 400, retryable: false },
  unknown_template: { owner: 'caller', status: 400, retryable: false },
  model_not_allowed: { owner: 'caller', status: 400, retryable: false },
  unauthorized: { owner: 'caller', status: 401, retryable: false },
  forbidden_feature: { owner: 'caller', status: 403, retryable: false },
  in_progress: { owner: 'caller', status: 409, retryable: true },
  input_too_long: { owner: 'caller', status: 422, retryable: false },
  budget_exhausted: { owner: 'team', status: 429, retryable: false },
  budget_held: { owner: 'team', status: 429, retryable: true },
  loop_detected: { owner: 'team', status: 429, retryable: false },
  runaway_spend: { owner: 'team', status: 429, retryable: false },
  run_limit: { owner: 'team', status: 429, retryable: false },
  breaker_open: { owner: 'team', status: 429, retryable: false },
  paused: { owner: 'team', status: 429, retryable: false },
  model_throttled: { owner: 'upstream', status: 503, retryable: true },
  model_timeout: { owner: 'upstream', status: 503, retryable: true },
  model_unavailable: { owner: 'upstream', status: 503, retryable: true },
  all_models_down: { owner: 'upstream', status: 503, retryable: true },
  model_rejected_input: { owner: 'caller', status: 422, retryable: false },
  store_unavailable: { owner: 'platform', status: 503, retryable: true },
} as const satisfies Record<string, { owner: FailureOwner; status: number; retryable: boolean }>;

export type RefusalReason = keyof typeof REFUSALS;

/** Flat facts about a refusal, safe to show to the caller: exact decimal strings, names, counts. Never prompt text. */
export type Evidence = Readonly<Record<string, string | number | boolean>>;

/** An expected outcome, returned and not thrown. `message` says what to do. */
export type Refusal = {
  readonly reason: RefusalReason;
  readonly message: string;
  readonly retryAtMs?: number;
  readonly evidence: Evidence;
};

export const refuse = (reason: RefusalReason, message: string, evidence: Evidence = {}, retryAtMs?: number): Refusal =>
  retryAtMs === undefined ? { reason, message, evidence } : { reason, message, evidence, retryAtMs };

/** Codes of a failing world: thrown by adapters, turned into the refusal of the same name by the use case. */
export type FailureCode =
  | 'model_throttled'
  | 'model_timeout'
  | 'model_unavailable'
  | 'model_rejected_input'
  | 'model_access_denied'
  | 'store_unavailable'
  | 'mail_refused'
  | 'batch_refused';

type FailureFacts = {
  readonly retryable?: boolean;
  readonly maybeBilled?: boolean;
  readonly seenOutputTokens?: number | undefined;
  readonly cause?: unknown;
};

/** The world failed. `publicMessage` may reach the caller; `cause` may only reach the log. */
export class SpillwayError extends Error {
  override readonly name = 'SpillwayError';
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly publicMessage: string;
  /** True when the provider may have done, and billed, the work: the hold is then assumed spent, never given back. */
  readonly maybeBilled: boolean;
  /** Output tokens that had come before a stream broke, estimated. */
  readonly seenOutputTokens: number | undefined;

  constructor(code: FailureCode, publicMessage: string, options: FailureFacts = {}) {
    super(`${code}: ${publicMessage}`, { cause: options.cause });
    this.code = code;
    this.publicMessage = publicMessage;
    this.retryable = options.retryable ?? false;
    this.maybeBilled = options.maybeBilled ?? false;
    this.seenOutputTokens = options.seenOutputTokens;
  }
}
