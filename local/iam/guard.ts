import type { AwsCall } from '../backend.ts';
import type { Denial } from '../front.ts';
import { ACCOUNT, arn, bucketArn } from '../physical.ts';
import type { Template } from '../template.ts';
import { modelNeeds } from './bedrock-needs.ts';
import { expandAction } from './granted.ts';
import { invocable } from './invocable.ts';
import { LEADING_KEYS, leadingKeyClasses } from './leading-keys.ts';
import type { Need } from './need.ts';
import { profilesOf } from './profiles.ts';
import { needsOf, operationOf } from './requests.ts';
import { allowedActions, type Role, resourcePoliciesOf, rolesOf, withoutActions } from './roles.ts';
import { simulate, type Verdict } from './simulate.ts';

/** The template's IAM, evaluated: identity policies, resource policies, trust. */
export type Guard = {
  /** What the front asks for every signed call. The operator may do everything. */
  authorize(call: AwsCall): Promise<Denial | undefined>;
  /** One permission of a role (by logical id), recorded as observed when allowed: for callers that do not sign (schedules, batch jobs). */
  check(roleId: string, need: Need, sessionName?: string): Promise<Denial | undefined>;
  /** Whether an AWS service may assume the role (ARN), on behalf of `sourceArn` when given. */
  assume(roleArn: string, service: string, sourceArn?: string): Promise<Denial | undefined>;
  /** Why a batch job's role may not run the model: trust, then the right to the model and its profile. */
  batchRefusal(roleArn: string, modelIdOrArn: string): Promise<string | undefined>;
  /** Whether the caller of an S3 call may list its bucket: without that right S3 calls a missing key "access denied". */
  mayList(call: AwsCall): Promise<boolean>;
  /** What an application inference profile (ARN) is copied from. */
  profileSource(profileArn: string): string | undefined;
  /** Whether the function's permissions let a service (`events.amazonaws.com`) invoke it on behalf of `sourceArn`. */
  invocable(functionId: string, service: string, sourceArn: string): boolean;
  /** The logical id of a role, by its ARN. */
  roleOf(roleArn: string): string;
  /** Actions that were needed and allowed, by role. */
  observed(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Starts `observed` anew. */
  forgetObserved(): void;
  /** Actions that the template grants, wildcards expanded, by role. */
  granted(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Refused calls of roles, newest last; the last thousand. */
  denials(): readonly RoleDenial[];
  /** Removes one action from a role until the returned function is called. */
  withoutAction(roleId: string, action: string): () => void;
};

export type RoleDenial = Denial & { readonly roleId: string };

/** S3 keys make many resources: the verdicts kept are bounded. */
const VERDICTS_KEPT = 10_000;
const DENIALS_KEPT = 1_000;

export function guard(template: Template): Guard {
  return new TemplateGuard(template);
}

class TemplateGuard implements Guard {
  readonly #template: Template;
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #resourcePolicies: ReturnType<typeof resourcePoliciesOf>;
  readonly #profiles: ReadonlyMap<string, string>;
  /** All policies as text: a condition key that none mentions changes no verdict. */
  readonly #policyText: string;
  readonly #keyClasses: ReturnType<typeof leadingKeyClasses>;
  /** Promises, so that calls at the same time share one evaluation. */
  readonly #verdicts = new Map<string, Promise<Verdict>>();
  readonly #observed = new Map<string, Set<string>>();
  readonly #denials: RoleDenial[] = [];
  readonly #removed = new Map<string, Set<string>>();

  constructor(template: Template) {
    this.#template = template;
    this.#roles = rolesOf(template);
    this.#resourcePolicies = resourcePoliciesOf(template);
    this.#profiles = profilesOf(template);
    this.#policyText = JSON.stringify([[...this.#roles.values()], [...this.#resourcePolicies.values()]]);
    this.#keyClasses = leadingKeyClasses(this.#policyText);
  }

  async authorize(call: AwsCall): Promise<Denial | undefined> {
    if (call.caller.kind === 'operator') return undefined;
    const { roleId, sessionName } = call.caller;
    const needs = needsOf(call, (profile) => this.profileSource(profile));
    if (needs === undefined) {
      const action = `${call.service}:${operationOf(call)}`;
      return this.#refuse(roleId, {
        action,
        resource: '*',
        message: `${action} of ${sessionName}: the local stack has no IAM mapping for it`,
      });
    }
    for (const need of needs) {
      const denial = await this.check(roleId, need, sessionName);
      if (denial !== undefined) return denial;
    }
    return undefined;
  }

  async check(roleId: string, need: Need, sessionName = 'local'): Promise<Denial | undefined> {
    const role = this.#role(roleId);
    const principal = `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${sessionName}`;
    const verdict = await this.#verdict(role, principal, need);
    if (verdict === 'Allowed') {
      this.#observed.set(roleId, (this.#observed.get(roleId) ?? new Set()).add(need.action));
      return undefined;
    }
    return this.#refuse(roleId, denial(principal, need, verdict));
  }

  async assume(roleArn: string, service: string, sourceArn?: string): Promise<Denial | undefined> {
    const role = this.#role(this.roleOf(roleArn));
    const source = sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn };
    const need: Need = { action: 'sts:AssumeRole', resource: roleArn, context: { 'aws:SourceAccount': ACCOUNT, ...source } };
    const verdict = await simulate({ principal: service, need, policies: [], resourcePolicy: role.trust });
    return verdict === 'Allowed' ? undefined : this.#refuse(role.id, denial(service, need, verdict));
  }

  async batchRefusal(roleArn: string, modelIdOrArn: string): Promise<string | undefined> {
    const trusted = await this.assume(roleArn, 'bedrock.amazonaws.com', arn('bedrock', 'model-invocation-job/new'));
    if (trusted !== undefined) return trusted.message;
    for (const need of modelNeeds('bedrock:InvokeModel', modelIdOrArn, (profile) => this.profileSource(profile))) {
      const refused = await this.check(this.roleOf(roleArn), need, 'batch-inference');
      if (refused !== undefined) return refused.message;
    }
    return undefined;
  }

  invocable(functionId: string, service: string, sourceArn: string): boolean {
    return invocable(this.#template, functionId, service, sourceArn);
  }

  async mayList(call: AwsCall): Promise<boolean> {
    if (call.caller.kind === 'operator') return true;
    const resource = bucketArn(/^\/([^/?]+)/.exec(call.url)?.[1] ?? '');
    return (await this.check(call.caller.roleId, { action: 's3:ListBucket', resource }, call.caller.sessionName)) === undefined;
  }

  profileSource(profileArn: string): string | undefined {
    return this.#profiles.get(profileArn);
  }

  roleOf(roleArn: string): string {
    const found = [...this.#roles.values()].find((role) => role.arn === roleArn);
    if (found === undefined) throw new RangeError(`the template has no role ${roleArn}`);
    return found.id;
  }

  observed(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#observed;
  }

  forgetObserved(): void {
    this.#observed.clear();
  }

  async granted(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const entries = [...this.#roles.values()].map(async (role): Promise<[string, Set<string>]> => {
      const expanded = await Promise.all(allowedActions(role.policies).map(expandAction));
      return [role.id, new Set(expanded.flat())];
    });
    return new Map(await Promise.all(entries));
  }

  denials(): readonly RoleDenial[] {
    return this.#denials;
  }

  withoutAction(roleId: string, action: string): () => void {
    this.#removed.set(roleId, new Set(this.#removed.get(roleId)).add(action));
    this.#verdicts.clear();
    return () => {
      this.#removed.get(roleId)?.delete(action);
      this.#verdicts.clear();
    };
  }

  #role(roleId: string): Role {
    const role = this.#roles.get(roleId);
    if (role === undefined) throw new RangeError(`the template has no role ${roleId}`);
    return role;
  }

  #verdict(role: Role, principal: string, need: Need): Promise<Verdict> {
    const context = Object.entries(need.context ?? {})
      .filter(([name]) => this.#policyText.includes(name))
      .map(([name, value]): [string, string | string[]] => [name, name === LEADING_KEYS ? this.#keyClasses(value) : value]);
    const key = JSON.stringify([role.id, need.action, need.resource, context]);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const removed = this.#removed.get(role.id);
    const policies = removed === undefined ? role.policies : role.policies.map((policy) => withoutActions(policy, removed));
    const resourcePolicy = this.#resourcePolicies.get(protectedArn(need.resource));
    const question = { principal, need: { ...need, context: Object.fromEntries(context) }, policies };
    const verdict = simulate(resourcePolicy === undefined ? question : { ...question, resourcePolicy });
    if (this.#verdicts.size >= VERDICTS_KEPT) this.#verdicts.clear();
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #refuse(roleId: string, refused: Denial): Denial {
    this.#denials.push({ ...refused, roleId });
    if (this.#denials.length > DENIALS_KEPT) this.#denials.shift();
    return refused;
  }
}

/** A bucket's policy protects its objects too. */
const protectedArn = (resource: string) => (resource.startsWith('arn:aws:s3:::') ? (resource.split('/', 1)[0] ?? resource) : resource);

function denial(principal: string, { action, resource }: Need, verdict: Verdict): Denial {
  const because = verdict === 'ExplicitlyDenied' ? 'with an explicit deny' : `because no identity-based policy allows the ${action} action`;
  return { action, resource, message: `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${because}` };
}
