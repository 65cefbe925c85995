import { type FailureCode, SpillwayError } from '../core/errors.ts';

type Meaning = { readonly code: FailureCode; readonly say: string; readonly retryable: boolean; readonly maybeBilled: boolean };

const unbilled = (code: FailureCode, say: string, retryable = false): Meaning => ({ code, say, retryable, maybeBilled: false });
const maybe = (code: FailureCode, say: string): Meaning => ({ code, say, retryable: true, maybeBilled: true });

/** What each error of Bedrock means. `maybeBilled` wherever the model may have worked: Bedrock does not say what it bills then. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ThrottlingException: unbilled('model_throttled', 'the provider is throttling this model: try again later', true),
  ServiceQuotaExceededException: unbilled('model_throttled', 'the account’s quota for this model is used up', true),
  ServiceUnavailableException: unbilled('model_unavailable', 'the provider is not available: try again later', true),
  ModelNotReadyException: unbilled('model_unavailable', 'the model is not ready: try again later', true),
  ValidationException: unbilled('model_rejected_input', 'the provider refused the request as invalid for this model'),
  ConflictException: unbilled('model_rejected_input', 'the provider refused the request'),
  ResourceNotFoundException: unbilled('model_unavailable', 'the provider does not know this model, or has retired it'),
  AccessDeniedException: unbilled('model_access_denied', 'access to the model is not granted'),
  UnrecognizedClientException: unbilled('model_access_denied', 'the provider refused the function’s credentials'),
  ExpiredTokenException: unbilled('model_access_denied', 'the provider refused the function’s credentials'),
  CredentialsProviderError: unbilled('model_access_denied', 'the function has no credentials for the provider'),
  ModelTimeoutException: maybe('model_timeout', 'the model took too long'),
  TimeoutError: maybe('model_timeout', 'the model took too long'),
  AbortError: maybe('model_timeout', 'the model took too long'),
  ModelErrorException: maybe('model_unavailable', 'the model failed at its work'),
  ModelStreamErrorException: maybe('model_unavailable', 'the model’s answer broke off'),
  InternalServerException: maybe('model_unavailable', 'the provider failed'),
};

/** Failures before a byte of the request was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN = maybe('model_unavailable', 'the connection to the provider broke');
const UNREACHED = unbilled('model_unavailable', 'the provider cannot be reached', true);

/** Of these, the message says nothing of the request. Every other may quote it: Bedrock's own, or the SDK's of an answer it cannot read. */
const QUOTES_NOTHING = new Set(Object.keys(MEANINGS).filter((name) => !/^(Validation|Conflict|Model(Stream)?Error)Exception$/.test(name)));

/** The failure in our words. `seenOutputTokens`: part of the answer had come, so whatever the error is called, work was done. */
export function bedrockFailure(cause: unknown, seenOutputTokens?: number): SpillwayError {
  const { code, say, retryable, maybeBilled } = meaningOf(cause);
  const answering = seenOutputTokens !== undefined;
  return new SpillwayError(code, say, { retryable, maybeBilled: maybeBilled || answering, seenOutputTokens, cause: quotingNothing(cause) });
}

function meaningOf(cause: unknown): Meaning {
  if (!(cause instanceof Error)) return BROKEN;
  const known = MEANINGS[cause.name];
  if (known !== undefined) return known;
  if (codesOf(cause).some((code) => NEVER_SENT.has(code))) return UNREACHED;
  const status = statusOf(cause);
  return status !== undefined && status >= 400 && status < 500
    ? unbilled('model_rejected_input', 'the provider refused the request')
    : BROKEN;
}

/** The cause as it may be logged: prompts never are. */
function quotingNothing(cause: unknown): unknown {
  if (!(cause instanceof Error) || QUOTES_NOTHING.has(cause.name) || codesOf(cause).length > 0) return cause;
  const named = new Error(`HTTP ${statusOf(cause) ?? 'without an answer'}; its message is withheld, since it may quote the request`);
  named.name = cause.name;
  return named;
}

const codesOf = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [];
  const nested = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return 'code' in error && typeof error.code === 'string' ? [error.code, ...nested] : nested;
};

function statusOf(error: Error): number | undefined {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
