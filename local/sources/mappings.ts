import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import { credentialsFor, OPERATOR } from '../credentials.ts';
import type { Guard } from '../iam/guard.ts';
import { object, text, texts } from '../json.ts';
import type { FunctionDirectory } from '../lambda/directory.ts';
import { REGION } from '../physical.ts';
import type { Template, TemplateResource } from '../template.ts';
import { SqsPoller, type SqsSource } from './sqs.ts';

/** Two cores serve two batches of one queue at a time; Lambda would start with five. */
const CONCURRENCY = 2;

export type MappingOptions = {
  readonly template: Template;
  readonly functions: FunctionDirectory;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly endpoint: string;
};

/** A poller for every AWS::Lambda::EventSourceMapping of the template, not yet started. */
export function pollersOf(options: MappingOptions): readonly SqsPoller[] {
  const { template, functions, guard, clock, endpoint } = options;
  const enabled = template.resources('AWS::Lambda::EventSourceMapping').filter(({ properties }) => properties['Enabled'] !== false);
  return enabled.map((mapping) => {
    const target = functions.find(text(mapping.properties['FunctionName'], mapping.id));
    if (target === undefined) throw new RangeError(`${mapping.id}: its function is not in the stack`);
    const roleId = guard.roleOf(text(template.properties(target.logicalId)['Role'], target.logicalId));
    const client = { endpoint, region: REGION, useQueueUrlAsEndpoint: false };
    return new SqsPoller({
      source: sourceOf(mapping, template),
      host: target.host,
      asFunction: new SQSClient({ ...client, credentials: credentialsFor(roleId, target.host.options.spec.name) }),
      asOperator: new SQSClient({ ...client, credentials: OPERATOR }),
      clock,
    });
  });
}

function sourceOf({ id, properties }: TemplateResource, template: Template): SqsSource {
  const queueArn = text(properties['EventSourceArn'], id);
  const queue = template.resources('AWS::SQS::Queue').find((candidate) => template.attribute(candidate.id, 'Arn') === queueArn);
  if (queue === undefined) throw new RangeError(`${id}: its queue ${queueArn} is not in the stack`);
  const scaling = properties['ScalingConfig'] === undefined ? {} : object(properties['ScalingConfig'], id);
  return {
    queueArn,
    queueUrl: template.ref(queue.id),
    visibilityTimeoutMs: Number(queue.properties['VisibilityTimeout'] ?? 30) * 1_000,
    batchSize: Number(properties['BatchSize'] ?? 10),
    windowMs: Number(properties['MaximumBatchingWindowInSeconds'] ?? 0) * 1_000,
    partialResponses: texts(properties['FunctionResponseTypes'], id).includes('ReportBatchItemFailures'),
    maximumConcurrency: Math.min(CONCURRENCY, Number(scaling['MaximumConcurrency'] ?? CONCURRENCY)),
  };
}
