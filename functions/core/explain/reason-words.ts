import type { Decision } from '../routing.ts';

/** Every reason that an entry can carry for its arm. */
type Reason = Decision['reason'] | 'escalated' | 'fallback' | 'batch' | 'missed_batch' | 'unresolved';

const WORDS: Readonly<Record<Reason, string>> = {
  model_override: 'the caller asked for this model by name',
  single_model: 'the feature has one model for everything',
  declared_cheap: 'the owner declared this template cheap: the cheap model first, its answer checked',
  declared_strong: 'the owner declared this template strong',
  simple_request: "the request is simple by the feature's own rule: the cheap model first, its answer checked",
  strong_by_default: 'nobody has shown that the cheap model will do here',
  escalated: "the cheap model's answer failed a check, so the strong model was asked",
  fallback: "the tier's own model was down, so its configured alternative was asked",
  batch: 'a job from the queue, sent in a batch at the batch price',
  missed_batch: 'a job that could not wait for a batch, sent on demand at the full price',
  unresolved: 'whoever called the model died before it booked the call: its hold was booked whole',
};

/** Why this arm, in a sentence; a word that this version does not know stays as it is. */
export const reasonInWords = (reason: string): string => new Map(Object.entries(WORDS)).get(reason) ?? reason;
