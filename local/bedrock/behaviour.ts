import { z } from 'zod';

/** What `POST /bedrock` sets: how the model stand-in misbehaves. Each call replaces the whole; `{}` is health. */
const behaviourSchema = z.strictObject({
  /** Every answer takes exactly this long, instead of what follows from the request. */
  latencyMs: z.number().int().min(0).max(900_000).optional(),
  /** `disconnect` breaks the connection: before the answer, or in the middle of a stream. */
  error: z
    .enum([
      'ThrottlingException',
      'ServiceUnavailableException',
      'ModelTimeoutException',
      'ValidationException',
      'AccessDeniedException',
      'disconnect',
    ])
    .nullish(),
  /** Share of calls that fail, 0..1. Absent: all of them when `error` is set. Alone: ThrottlingException. */
  errorRate: z.number().min(0).max(1).optional(),
  /** Only calls to models whose id contains this. */
  model: z.string().min(1).optional(),
  /** How the next batch jobs end, and what share of their records fails. */
  batch: z
    .strictObject({
      status: z.enum(['Completed', 'PartiallyCompleted', 'Failed', 'Expired']).optional(),
      recordErrorRate: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

export type Behaviour = z.infer<typeof behaviourSchema>;
export type Fault = Exclude<Behaviour['error'], null | undefined>;

/** RangeError that names the wrong field. */
export function parseBehaviour(input: unknown): Behaviour {
  const result = behaviourSchema.safeParse(input);
  if (result.success) return result.data;
  throw new RangeError(result.error.issues.map((issue) => `${issue.path.join('.') || 'behaviour'}: ${issue.message}`).join('; '));
}

const concerns = (behaviour: Behaviour, modelId: string): boolean => behaviour.model === undefined || modelId.includes(behaviour.model);

/** The fault of the `callNumber`-th call, if any. Faults are spread evenly: of 10 calls at a rate of 0.3 exactly 3 fail. */
export function faultOf(behaviour: Behaviour, modelId: string, callNumber: number): Fault | undefined {
  const rate = behaviour.errorRate ?? (behaviour.error ? 1 : 0);
  if (!concerns(behaviour, modelId) || behaviour.error === null) return undefined;
  const fails = Math.floor(callNumber * rate) > Math.floor((callNumber - 1) * rate);
  return fails ? (behaviour.error ?? 'ThrottlingException') : undefined;
}

export const latencyOf = (behaviour: Behaviour, modelId: string): number | undefined =>
  concerns(behaviour, modelId) ? behaviour.latencyMs : undefined;
