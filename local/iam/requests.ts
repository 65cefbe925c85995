import type { AwsCall } from '../backend.ts';
import { readMail } from '../emulators/mail.ts';
import { parseObject, texts } from '../json.ts';
import { functionArn, identityArn, parameterArn, queueArn } from '../physical.ts';
import { bedrockNeeds } from './bedrock-needs.ts';
import { dynamodbNeeds } from './dynamodb-needs.ts';
import type { Need, ProfileSource } from './need.ts';
import { s3Needs } from './s3-needs.ts';

/** What IAM asks for a call. Undefined: no mapping here, and the call is refused until one is written. */
export function needsOf(call: AwsCall, profileSource: ProfileSource): readonly Need[] | undefined {
  const operation = (call.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  switch (call.service) {
    case 'dynamodb':
      return dynamodbNeeds(operation, parseObject(call.body));
    case 'sqs':
      return sqsNeeds(operation, call);
    case 's3':
      return s3Needs(call);
    case 'sns':
      return snsNeeds(new URLSearchParams(call.body.toString('utf8')));
    case 'ses':
      return sesNeeds(call);
    case 'ssm':
      return ssmNeeds(operation, call);
    case 'bedrock':
      return bedrockNeeds(call, profileSource);
    case 'lambda':
      return lambdaNeeds(call);
    case 'sts':
      // Who am I: nobody needs a right to ask.
      return [];
    default:
      return undefined;
  }
}

const SQS_OPERATIONS = new Set([
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'PurgeQueue',
]);

function sqsNeeds(operation: string, call: AwsCall): readonly Need[] | undefined {
  // A batch needs the right to the single operation.
  const action = operation.replace(/Batch$/, '');
  const { QueueUrl, QueueName } = parseObject(call.body);
  const name = typeof QueueName === 'string' ? QueueName : String(QueueUrl).split('/').at(-1);
  return SQS_OPERATIONS.has(action) ? [{ action: `sqs:${action}`, resource: queueArn(String(name)) }] : undefined;
}

function snsNeeds(form: URLSearchParams): readonly Need[] | undefined {
  const operation = form.get('Action') ?? '';
  const resource = form.get('TopicArn') ?? form.get('TargetArn');
  if (!/^Publish(Batch)?$/.test(operation) || resource === null) return undefined;
  return [{ action: 'sns:Publish', resource }];
}

/** Raw messages have an action of their own, also through SES v2 (from memory of AWS). */
function sesNeeds(call: AwsCall): readonly Need[] | undefined {
  const mail = readMail(call);
  if (mail === undefined) return undefined;
  const context = { 'ses:FromAddress': mail.from, 'ses:Recipients': [...mail.recipients] };
  return [{ action: mail.raw ? 'ses:SendRawEmail' : 'ses:SendEmail', resource: identityArn(mail.from), context }];
}

function ssmNeeds(operation: string, call: AwsCall): readonly Need[] | undefined {
  const { Path, Name, Names } = parseObject(call.body);
  const action = `ssm:${operation}`;
  if (operation === 'GetParametersByPath') return [{ action, resource: parameterArn(String(Path).replace(/\/$/, '')) }];
  if (operation === 'GetParameter') return [{ action, resource: parameterArn(String(Name)) }];
  return operation === 'GetParameters' ? texts(Names, 'Names').map((name) => ({ action, resource: parameterArn(name) })) : undefined;
}

function lambdaNeeds(call: AwsCall): readonly Need[] | undefined {
  const { pathname, searchParams } = new URL(call.url, 'http://lambda');
  const [, name, verb] = /^\/\d{4}-\d{2}-\d{2}\/functions\/([^/]+)\/(invocations|response-streaming-invocations)$/.exec(pathname) ?? [];
  if (name === undefined || verb === undefined || call.method !== 'POST') return undefined;
  const named = decodeURIComponent(name);
  const target = named.startsWith('arn:') ? named : functionArn(named.replace(/^\d{12}:function:/, ''));
  const qualifier = searchParams.get('Qualifier');
  return [{ action: 'lambda:InvokeFunction', resource: qualifier === null ? target : `${target}:${qualifier}` }];
}

/** Named in refusals of calls without a mapping. */
export function operationOf(call: AwsCall): string {
  const target = call.headers['x-amz-target']?.split('.').at(-1);
  return target ?? new URLSearchParams(call.body.toString('utf8', 0, 200)).get('Action') ?? `${call.method} ${call.url.split('?', 1)[0]}`;
}
