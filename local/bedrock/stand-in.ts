import type { S3Client } from '@aws-sdk/client-s3';
import type { Backend } from '../backend.ts';
import type { Clock } from '../clock.ts';
import type { Behaviour } from './behaviour.ts';
import type { LoggedCall } from './call-log.ts';

/** A batch job's state change, in the shape in which EventBridge delivers it to rules. */
export type BatchJobEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Batch Inference Job State Change';
  readonly source: 'aws.bedrock';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly [string];
  readonly detail: Readonly<Record<string, string>>;
};

export type StandInOptions = {
  readonly clock: Clock;
  /** What an application inference profile's ARN copies from (its template's `ModelSource.CopyFrom`): a model's or system profile's id or ARN. */
  readonly profileSource: (arn: string) => string | undefined;
  /** S3 as the batch role sees it: signed with that role's credentials, so that its own policies decide. */
  readonly s3For: (roleArn: string) => S3Client;
  /** Why Bedrock may not assume the role, or the role may not invoke the model; undefined when both hold. */
  readonly refusalOfRole?: (roleArn: string, modelIdOrArn: string) => Promise<string | undefined>;
  readonly onBatchEvent?: (event: BatchJobEvent) => void;
  /** Models (by a part of their id) that the account has no access to: AccessDeniedException. */
  readonly notGranted?: readonly string[];
  /** Batch jobs are kept here across restarts (`bedrock-jobs.json`). */
  readonly dataDir?: string;
};

/** Bedrock and Bedrock Runtime on one backend. */
export type BedrockStandIn = {
  readonly backend: Backend;
  /** Replaces the behaviour; RangeError that names the wrong field. */
  setBehaviour(input: unknown): Behaviour;
  /** The last 1,000 calls, oldest first. */
  calls(): readonly LoggedCall[];
  /** Moves every batch job to its end, and answers their ARNs. */
  advanceBatch(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

/** Starts the stand-in: `const bedrock = bedrockStandIn({...}); backends.set('bedrock', bedrock.backend)`. */
export function bedrockStandIn(_options: StandInOptions): BedrockStandIn {
  throw new RangeError('not built yet');
}
