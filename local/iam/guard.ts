import type { AwsCall } from '../backend.ts';
import type { Denial } from '../front.ts';
import type { Template } from '../template.ts';

/** One permission that a call needs. `context` holds condition keys. */
export type Need = { readonly action: string; readonly resource: string; readonly context?: Readonly<Record<string, string | string[]>> };

/** The template's IAM, evaluated: identity policies, resource policies, trust. */
export type Guard = {
  /** What the front asks for every signed call. */
  authorize(call: AwsCall): Promise<Denial | undefined>;
  /** One permission of a role (by logical id), recorded as observed when allowed: for callers that do not sign (schedules, batch jobs). */
  check(roleId: string, need: Need, sessionName?: string): Promise<Denial | undefined>;
  /** Whether an AWS service may assume the role (ARN): its trust policy, with `aws:SourceAccount` and `aws:SourceArn` when given. */
  assume(roleArn: string, service: string, sourceArn?: string): Promise<Denial | undefined>;
  /** Whether the function's permissions let a service (`events.amazonaws.com`) invoke it on behalf of `sourceArn`. */
  invocable(functionId: string, service: string, sourceArn: string): boolean;
  /** The logical id of a role, by its ARN. */
  roleOf(roleArn: string): string;
  /** Actions that were needed and allowed, by role. */
  observed(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Actions that the template grants, wildcards expanded, by role. */
  granted(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Refused calls, newest last (bounded). */
  denials(): readonly (Denial & { readonly roleId: string })[];
  /** Removes one action from a role until the returned function is called. */
  withoutAction(roleId: string, action: string): () => void;
};

export function guard(_template: Template): Guard {
  throw new RangeError('not yet');
}
