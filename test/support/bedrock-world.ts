import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, ConverseCommand, type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { S3Client } from '@aws-sdk/client-s3';
import type { BatchJobEvent } from '../../local/bedrock/batch-job.ts';
import { bedrockStandIn, type StandInOptions } from '../../local/bedrock/stand-in.ts';
import { Clock } from '../../local/clock.ts';
import { serveBackend } from './backend-server.ts';
import { s3InMemory } from './s3-in-memory.ts';

export const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
export const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
export const PROFILE = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abc123';
export const ROLE = 'arn:aws:iam::000000000000:role/batch';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export type BedrockWorld = Awaited<ReturnType<typeof bedrockWorld>>;

/** The model stand-in behind a server of its own, S3 in memory, and the real SDK clients for both. */
export async function bedrockWorld() {
  const objects = new Map<string, string>();
  const events: BatchJobEvent[] = [];
  const clock = new Clock();
  const s3 = await serveBackend(s3InMemory(objects));
  const options = (more: Partial<StandInOptions> = {}): StandInOptions => ({
    clock,
    profileSource: (arn) => (arn === PROFILE ? `arn:aws:bedrock:us-east-1:000000000000:inference-profile/${HAIKU}` : undefined),
    s3For: () => new S3Client({ endpoint: s3.url, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true }),
    onBatchEvent: (event) => events.push(event),
    notGranted: ['opus-4-6'],
    ...more,
  });
  const standIn = bedrockStandIn(options());
  const server = await serveBackend(standIn.backend);
  const config = { endpoint: server.url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 };
  const [runtime, control] = [new BedrockRuntimeClient(config), new BedrockClient(config)];
  const stop = async () => {
    runtime.destroy();
    control.destroy();
    await standIn.stop();
    await Promise.all([server.close(), s3.close()]);
  };
  const converse = (input: Partial<ConverseCommandInput>) =>
    runtime.send(new ConverseCommand({ modelId: HAIKU, messages: user('hello'), ...input }));
  return { objects, events, clock, options, standIn, server, runtime, control, converse, stop };
}

export const user = (text: string): ConverseCommandInput['messages'] => [{ role: 'user', content: [{ text }] }];
