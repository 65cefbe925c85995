import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import type { JsonObject } from '../json.ts';
import { ACCOUNT } from '../physical.ts';
import type { Need } from './need.ts';

export type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

export type Question = {
  /** ARN of an assumed role, or the name of a service. */
  readonly principal: string;
  readonly need: Need;
  readonly policies: readonly JsonObject[];
  readonly resourcePolicy?: JsonObject;
};

/** Keys that every real request has: without them, policies that demand TLS would refuse everything here. */
const ALWAYS = { 'aws:SecureTransport': 'true', 'aws:PrincipalAccount': ACCOUNT };

/** What AWS would answer: the policies evaluated by IAM's own rules. */
export async function simulate(question: Question): Promise<Verdict> {
  const { principal, need, policies, resourcePolicy } = question;
  const simulation: Simulation = {
    request: {
      principal,
      action: need.action,
      resource: { resource: need.resource, accountId: ACCOUNT },
      contextVariables: { ...ALWAYS, ...need.context },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `policy${index}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType !== 'error') return result.overallResult;
  const { message } = result.errors;
  // Pairs of action and resource type that AWS accepts and its published reference does not list, such as a batch job on a profile.
  if (!/resource\.types/.test(message)) throw new RangeError(`${need.action} on ${need.resource} cannot be evaluated: ${message}`);
  const { resourcePolicy: _, ...withoutResourcePolicy } = simulation;
  return runUnsafeSimulation(withoutResourcePolicy, {});
}
