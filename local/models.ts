import { S3Client } from '@aws-sdk/client-s3';
import { type BedrockStandIn, bedrockStandIn, type StandInOptions } from './bedrock/stand-in.ts';
import type { Clock } from './clock.ts';
import { credentialsFor } from './credentials.ts';
import type { Guard } from './iam/guard.ts';
import { REGION } from './physical.ts';

export type ModelOptions = {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly endpoint: string;
  readonly dataDir?: string;
  readonly onBatchEvent: NonNullable<StandInOptions['onBatchEvent']>;
};

/** The model stand-in, wired to this stack's profiles, roles, bucket and clock. */
export function startModels({ guard, clock, endpoint, dataDir, onBatchEvent }: ModelOptions): BedrockStandIn {
  return bedrockStandIn({
    clock,
    profileSource: (arn) => guard.profileSource(arn),
    s3For: (roleArn) => {
      const credentials = credentialsFor(guard.roleOf(roleArn), 'bedrock-batch');
      return new S3Client({ endpoint, region: REGION, forcePathStyle: true, credentials });
    },
    refusalOfRole: (roleArn, model) => guard.batchRefusal(roleArn, model),
    onBatchEvent,
    ...(dataDir === undefined ? {} : { dataDir }),
  });
}
