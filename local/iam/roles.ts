import { type JsonObject, list, object, text, texts } from '../json.ts';
import { roleArn } from '../physical.ts';
import type { Template } from '../template.ts';

export type Role = {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Who may assume it. */
  readonly trust: JsonObject;
  readonly policies: readonly JsonObject[];
};

/** AWS's own policies are only ARNs in a template: those that we know. */
const MANAGED: Readonly<Record<string, JsonObject>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  },
};

/** Every role of the template with all its policies, by logical id. */
export function rolesOf(template: Template): ReadonlyMap<string, Role> {
  const attached = template.resources('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy').map(({ id, properties }) => ({
    roles: texts(properties['Roles'], `${id}.Roles`),
    document: object(properties['PolicyDocument'], `${id}.PolicyDocument`),
  }));
  const roles = template.resources('AWS::IAM::Role').map(({ id, properties }): Role => {
    const name = template.name(id);
    const inline = list(properties['Policies'], id).map((policy) => object(object(policy, id)['PolicyDocument'], id));
    const managed = texts(properties['ManagedPolicyArns'], id).map((arn) => managedPolicy(arn, id));
    const own = attached.filter((policy) => policy.roles.includes(name)).map((policy) => policy.document);
    const trust = object(properties['AssumeRolePolicyDocument'], `${id}.AssumeRolePolicyDocument`);
    return { id, name, arn: roleArn(name), trust, policies: [...inline, ...managed, ...own] };
  });
  return new Map(roles.map((role) => [role.id, role]));
}

function managedPolicy(arn: string, id: string): JsonObject {
  const document = MANAGED[arn];
  if (document === undefined) throw new RangeError(`${id}: the local stack does not know what ${arn} allows`);
  return document;
}

/** The policies of buckets, queues and topics, by the ARN that they protect. */
export function resourcePoliciesOf(template: Template): ReadonlyMap<string, JsonObject> {
  const policies = new Map<string, JsonObject>();
  const arnsByRef = new Map(
    template
      .resources('AWS::SQS::Queue', 'AWS::S3::Bucket')
      .map(({ id }): [string, string] => [template.ref(id), template.attribute(id, 'Arn')]),
  );
  for (const { id, properties } of template.resources('AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy')) {
    const targets = texts(properties['Queues'] ?? properties['Topics'] ?? properties['Bucket'], id);
    // The Ref of a topic is its ARN already.
    for (const target of targets) policies.set(arnsByRef.get(target) ?? target, object(properties['PolicyDocument'], id));
  }
  return policies;
}

/** A policy without one allowed action; a statement left with none goes as a whole. */
export function withoutActions(policy: JsonObject, removed: ReadonlySet<string>): JsonObject {
  const statements = list(policy['Statement'], 'Statement').flatMap((item) => {
    const statement = object(item, 'Statement');
    if (text(statement['Effect'], 'Effect') !== 'Allow' || statement['Action'] === undefined) return [statement];
    const actions = texts(statement['Action'], 'Action').filter((action) => !removed.has(action));
    return actions.length === 0 ? [] : [{ ...statement, Action: actions }];
  });
  return { ...policy, Statement: statements };
}

/** The actions that policies allow, as written, wildcards included. */
export function allowedActions(policies: readonly JsonObject[]): readonly string[] {
  const statements = policies.flatMap((policy) => list(policy['Statement'], 'Statement').map((item) => object(item, 'Statement')));
  return statements.filter((statement) => statement['Effect'] === 'Allow').flatMap((statement) => texts(statement['Action'], 'Action'));
}
