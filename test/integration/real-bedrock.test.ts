import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../../local/backend.ts';
import { realBedrock } from '../../local/real-bedrock.ts';
import { listen } from '../support/lambda-server.ts';

const PROFILE = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abc';
const SOURCE = 'arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0';

let bedrock: Server;
let front: Server;
let url: string;
let seen: { url?: string | undefined; headers: IncomingHttpHeaders; body: string };

beforeAll(async () => {
  bedrock = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen = { url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    response.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException', 'x-internal': 'no' });
    response.end('{"message":"slow down"}');
  });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAUSERSOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'us-west-2');
  const backend: Backend = await realBedrock({
    profileSource: (arn) => (arn === PROFILE ? SOURCE : undefined),
    origin: await listen(bedrock),
  });
  front = createServer(async (request, response) => {
    const call = { method: 'POST', url: request.url ?? '', headers: { 'content-type': 'application/json', authorization: 'the function' } };
    await backend({ ...call, service: 'bedrock', body: Buffer.from('{"messages":[]}'), caller: { kind: 'operator' } }, response);
  });
  url = await listen(front);
});
afterAll(() => {
  vi.unstubAllEnvs();
  bedrock.close();
  front.close();
});

describe('real Bedrock behind the local front', () => {
  it("gets the function's call under the user's own signature, and its answer goes back as it came", async () => {
    const answer = await fetch(`${url}/model/${encodeURIComponent(PROFILE)}/converse`, { method: 'POST' });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
    expect(answer.headers.get('x-internal')).toBeNull();
    expect(await answer.json()).toEqual({ message: 'slow down' });
    expect(seen.headers.authorization).toMatch(/Credential=AKIAUSERSOWN\/\d{8}\/us-west-2\/bedrock\/aws4_request/);
    expect(seen.body).toBe('{"messages":[]}');
  });

  it('calls the model that a profile of the template copies from', async () => {
    await fetch(`${url}/model/${encodeURIComponent(PROFILE)}/converse`, { method: 'POST' });
    expect(decodeURIComponent(seen.url ?? '')).toBe('/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse');
  });

  it('is never asked for batch jobs, whose files would be on this machine', async () => {
    const answer = await fetch(`${url}/model-invocation-job`, { method: 'POST' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationException');
  });
});
