import type { Emulators } from './emulators/emulators.ts';
import { isObject, type Json, type JsonObject, list, object, text, texts } from './json.ts';
import { createBucket, operatorCall, operatorForm } from './operator-call.ts';
import { knowsType, queueUrl } from './physical.ts';
import { StartProblem } from './start-problem.ts';
import type { Template, TemplateResource } from './template.ts';

/** Types that make nothing here: access rules, and settings that other parts read from the template. */
const WITHOUT_NAME = new Set([
  'AWS::CDK::Metadata',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/**
 * Properties that the local services honour, and those that mean nothing here (encryption, backups, lifecycle). Any other property is an
 * error: better than a local stack that quietly differs from the deployed one.
 */
const PROPERTIES: Readonly<Record<string, { honoured: readonly string[]; without: readonly string[] }>> = {
  table: {
    honoured: ['TableName', 'AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes'],
    without: ['BillingMode', 'Replicas', 'TimeToLiveSpecification', 'PointInTimeRecoverySpecification', 'SSESpecification', 'Tags'],
  },
  queue: {
    honoured: [
      'QueueName',
      'VisibilityTimeout',
      'MessageRetentionPeriod',
      'DelaySeconds',
      'ReceiveMessageWaitTimeSeconds',
      'RedrivePolicy',
    ],
    without: ['SqsManagedSseEnabled', 'Tags'],
  },
  bucket: {
    honoured: ['BucketName'],
    without: ['BucketEncryption', 'LifecycleConfiguration', 'OwnershipControls', 'PublicAccessBlockConfiguration', 'Tags'],
  },
  topic: { honoured: ['TopicName'], without: ['Tags'] },
};
const QUEUE_ATTRIBUTES = ['VisibilityTimeout', 'MessageRetentionPeriod', 'DelaySeconds', 'ReceiveMessageWaitTimeSeconds'];

/**
 * Creates what the template declares, through the front, which must be up. What a data directory already holds is kept and brought up
 * to date.
 */
export async function createResources(template: Template, emulators: Emulators): Promise<void> {
  const unknown = template.resources().filter(({ type }) => !knowsType(type) && !WITHOUT_NAME.has(type));
  if (unknown.length > 0) {
    throw new RangeError(`the local stack does not know: ${unknown.map(({ id, type }) => `${id} (${type})`).join(', ')}`);
  }
  const endpoint = emulators.endpoint();
  const tables = template.resources('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table');
  await Promise.all([
    ...tables.map((table) => createTable(template, table, endpoint)),
    ...template.resources('AWS::S3::Bucket').map((bucket) => {
      check('bucket', bucket);
      return createBucket(endpoint, template.name(bucket.id));
    }),
    createQueues(template, endpoint),
    createTopics(template, endpoint),
  ]);
  emulators.verify(identitiesOf(template));
}

function check(kind: keyof typeof PROPERTIES, resource: TemplateResource): void {
  const known = PROPERTIES[kind];
  const foreign = Object.keys(resource.properties).filter((name) => !known?.honoured.includes(name) && !known?.without.includes(name));
  if (foreign.length > 0) throw new RangeError(`${resource.id}: the local ${kind} does not know ${foreign.join(', ')}`);
}

async function createTable(template: Template, resource: TemplateResource, endpoint: string): Promise<void> {
  check('table', resource);
  const TableName = template.name(resource.id);
  const { AttributeDefinitions = [], KeySchema = [] } = resource.properties;
  const indexes = list(resource.properties['GlobalSecondaryIndexes'], resource.id).map((index) => {
    const { IndexName = null, KeySchema: keys = null, Projection = null } = object(index, resource.id);
    return { IndexName, KeySchema: keys, Projection };
  });
  const wanted = { TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' };
  const withIndexes = indexes.length === 0 ? wanted : { ...wanted, GlobalSecondaryIndexes: indexes };
  const { error, body } = await operatorCall(endpoint, 'dynamodb', 'CreateTable', withIndexes);
  if (error !== undefined && error !== 'ResourceInUseException') throw new RangeError(`${resource.id}: ${error} ${JSON.stringify(body)}`);
  for (;;) {
    const described = await operatorCall(endpoint, 'dynamodb', 'DescribeTable', { TableName });
    const table = object(described.body['Table'], TableName);
    if (JSON.stringify(table['KeySchema']) !== JSON.stringify(KeySchema)) {
      throw new StartProblem(`table ${TableName} in the data directory has other keys than the template: start with another --data`);
    }
    if (table['TableStatus'] === 'ACTIVE') return;
  }
}

/** Dead-letter queues first: a redrive policy names a queue that exists. */
async function createQueues(template: Template, endpoint: string): Promise<void> {
  const queues = template.resources('AWS::SQS::Queue');
  const waves = [
    queues.filter(({ properties }) => !properties['RedrivePolicy']),
    queues.filter(({ properties }) => properties['RedrivePolicy']),
  ];
  for (const queue of waves.flat()) {
    check('queue', queue);
    const name = template.name(queue.id);
    const attributes = queueAttributes(queue.properties);
    // Attributes are set afterwards: creating an existing queue with others is refused.
    await expectOk(queue.id, operatorCall(endpoint, 'sqs', 'CreateQueue', { QueueName: name }));
    if (Object.keys(attributes).length === 0) continue;
    const change = { QueueUrl: queueUrl(endpoint, name), Attributes: attributes };
    await expectOk(queue.id, operatorCall(endpoint, 'sqs', 'SetQueueAttributes', change));
  }
}

function queueAttributes(properties: JsonObject): Record<string, string> {
  const plain = QUEUE_ATTRIBUTES.filter((name) => properties[name] !== undefined).map((name) => [name, String(properties[name])]);
  const redrive = properties['RedrivePolicy'];
  return { ...Object.fromEntries(plain), ...(redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(redrive) }) };
}

async function expectOk(where: string, call: ReturnType<typeof operatorCall>): Promise<void> {
  const { error, body } = await call;
  if (error !== undefined) throw new RangeError(`${where}: ${error} ${JSON.stringify(body)}`);
}

async function createTopics(template: Template, endpoint: string): Promise<void> {
  for (const topic of template.resources('AWS::SNS::Topic')) {
    check('topic', topic);
    await operatorForm(endpoint, 'sns', { Action: 'CreateTopic', Name: template.name(topic.id) });
  }
  for (const { id, properties } of template.resources('AWS::SNS::Subscription')) {
    const field = (name: string) => text(properties[name], `${id}.${name}`);
    const [TopicArn, Protocol, Endpoint] = [field('TopicArn'), field('Protocol'), field('Endpoint')];
    await operatorForm(endpoint, 'sns', { Action: 'Subscribe', TopicArn, Protocol, Endpoint });
  }
}

/** Addresses and domains that the template creates, or names in a permission because they exist: those may send. */
function identitiesOf(template: Template): readonly string[] {
  const created = template.resources('AWS::SES::EmailIdentity').map(({ id }) => template.name(id));
  const named = template.resources('AWS::IAM::Policy').flatMap(({ properties }) => resourcesIn(properties['PolicyDocument']));
  return [...created, ...named.flatMap((arn) => /^arn:aws:ses:.*:identity\/(.+)$/.exec(arn)?.[1] ?? [])];
}

function resourcesIn(document: Json | undefined): readonly string[] {
  if (!isObject(document)) return [];
  return list(document['Statement'], 'Statement').flatMap((statement) => texts(object(statement, 'Statement')['Resource'], 'Resource'));
}
