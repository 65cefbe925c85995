import { createHash } from 'node:crypto';
import type { Json } from './json.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** Where things are on localhost. Asked lazily: ports are bound before the first template value is resolved. */
export type Addresses = {
  /** The front's URL, without a slash at its end. */
  endpoint(): string;
  /** The URL of an AWS::Lambda::Url, by its logical id, with a slash at its end as on AWS. */
  functionUrl(logicalId: string): string;
};

/** A resource as this module needs it: `property` is resolved. */
export type Located = {
  readonly id: string;
  readonly type: string;
  readonly stackName: string;
  readonly addresses: Addresses;
  property(name: string): Json | undefined;
};

type Shape = {
  /** Property that names the resource when the template does. */
  readonly nameIn?: string;
  /** Longest generated name that AWS takes. */
  readonly longest?: number;
  readonly lowerCase?: boolean;
  readonly ref?: (name: string, resource: Located) => string;
  readonly attributes?: Readonly<Record<string, (name: string, resource: Located) => string>>;
};

export const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
export const tableArn = (name: string) => arn('dynamodb', `table/${name}`);
export const queueArn = (name: string) => arn('sqs', name);
export const topicArn = (name: string) => arn('sns', name);
export const bucketArn = (name: string) => `arn:aws:s3:::${name}`;
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const functionArn = (name: string) => arn('lambda', `function:${name}`);
export const parameterArn = (name: string) => arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
export const identityArn = (identity: string) => arn('ses', `identity/${identity}`);
export const queueUrl = (endpoint: string, name: string) => `${endpoint}/${ACCOUNT}/${name}`;

const table: Shape = { nameIn: 'TableName', longest: 255, attributes: { Arn: tableArn } };
/** An alias and a version name their function by its name or its ARN. */
const functionOf = (resource: Located) => {
  const named = String(resource.property('FunctionName'));
  return named.startsWith('arn:') ? named : functionArn(named);
};
const aliasArn = (_: string, resource: Located) => `${functionOf(resource)}:${String(resource.property('Name'))}`;

/** What Ref and Fn::GetAtt answer, by type. A type or attribute that is not here is an error: better than a wrong name. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::SQS::Queue': {
    nameIn: 'QueueName',
    longest: 80,
    ref: (name, resource) => queueUrl(resource.addresses.endpoint(), name),
    attributes: { Arn: queueArn, QueueName: (name) => name, QueueUrl: (name, resource) => queueUrl(resource.addresses.endpoint(), name) },
  },
  'AWS::S3::Bucket': { nameIn: 'BucketName', longest: 63, lowerCase: true, attributes: { Arn: bucketArn } },
  'AWS::SNS::Topic': { nameIn: 'TopicName', longest: 256, ref: topicArn, attributes: { TopicArn: topicArn, TopicName: (name) => name } },
  'AWS::IAM::Role': { nameIn: 'RoleName', longest: 64, attributes: { Arn: roleArn } },
  'AWS::Lambda::Function': { nameIn: 'FunctionName', longest: 64, attributes: { Arn: functionArn } },
  'AWS::Lambda::Version': {
    ref: (_, resource) => `${functionOf(resource)}:1`,
    attributes: { Version: () => '1', FunctionArn: (_, resource) => `${functionOf(resource)}:1` },
  },
  'AWS::Lambda::Alias': { ref: aliasArn, attributes: { AliasArn: aliasArn } },
  'AWS::Lambda::Url': {
    ref: (_, resource) => functionOf(resource),
    attributes: { FunctionUrl: (_, resource) => resource.addresses.functionUrl(resource.id) },
  },
  'AWS::Lambda::EventSourceMapping': {},
  'AWS::Events::Rule': { nameIn: 'Name', longest: 64, attributes: { Arn: (name) => arn('events', `rule/${name}`) } },
  'AWS::Scheduler::Schedule': { nameIn: 'Name', longest: 64, attributes: { Arn: (name) => arn('scheduler', `schedule/default/${name}`) } },
  'AWS::Scheduler::ScheduleGroup': {
    nameIn: 'Name',
    longest: 64,
    attributes: { Arn: (name) => arn('scheduler', `schedule-group/${name}`) },
  },
  'AWS::SSM::Parameter': { nameIn: 'Name', longest: 1011, attributes: { Type: () => 'String' } },
  'AWS::Logs::LogGroup': { nameIn: 'LogGroupName', longest: 512, attributes: { Arn: (name) => arn('logs', `log-group:${name}:*`) } },
  'AWS::SES::EmailIdentity': { nameIn: 'EmailIdentity', longest: 320 },
  'AWS::CloudWatch::Alarm': { nameIn: 'AlarmName', longest: 255, attributes: { Arn: (name) => arn('cloudwatch', `alarm:${name}`) } },
  'AWS::Bedrock::ApplicationInferenceProfile': {
    ref: (_, resource) => profileArn(resource),
    attributes: {
      InferenceProfileArn: (_, resource) => profileArn(resource),
      InferenceProfileId: (_, resource) => profileId(resource),
    },
  },
};

/** AWS makes up a profile's id (12 characters); ours follows from the logical id, so that it is the same after a restart. */
const profileId = (resource: Located) => digest(`${resource.stackName}/${resource.id}`, 12);
const profileArn = (resource: Located) => arn('bedrock', `application-inference-profile/${profileId(resource)}`);

const digest = (value: string, length: number) => createHash('sha256').update(value).digest('hex').slice(0, length);

/** Whether the local stack can name such a resource. */
export const knowsType = (type: string): boolean => SHAPES[type] !== undefined;

/** The resource's physical name: the template's, or stack and logical id, so that it is the same after a restart. */
export function physicalName(resource: Located): string {
  const shape = shapeOf(resource);
  const given = shape.nameIn === undefined ? undefined : resource.property(shape.nameIn);
  if (typeof given === 'string') return given;
  const wanted = `${resource.stackName}-${resource.id}`;
  const longest = shape.longest ?? 64;
  const name = wanted.length <= longest ? wanted : `${wanted.slice(0, longest - 9)}-${digest(wanted, 8)}`;
  return shape.lowerCase === true ? name.toLowerCase() : name;
}

export function physicalRef(resource: Located): string {
  const name = physicalName(resource);
  return shapeOf(resource).ref?.(name, resource) ?? name;
}

export function physicalAttribute(resource: Located, attribute: string): string {
  const answer = shapeOf(resource).attributes?.[attribute];
  if (answer === undefined) throw new RangeError(`${resource.id} (${resource.type}): no local answer for attribute ${attribute}`);
  return answer(physicalName(resource), resource);
}

function shapeOf(resource: Located): Shape {
  const shape = SHAPES[resource.type];
  if (shape === undefined) throw new RangeError(`${resource.id}: the local stack does not know the resource type ${resource.type}`);
  return shape;
}
