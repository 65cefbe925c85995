import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployedStack } from '../../cli/deployed-stack.ts';
import type { Backend } from '../../local/backend.ts';
import { sendJson } from '../../local/bedrock/aws-error.ts';
import { serveBackend } from '../support/backend-server.ts';

const functionOf = (FunctionName: string, Variables: Record<string, string>) => ({ FunctionName, Environment: { Variables } });
const ENVIRONMENT = {
  LEDGER_TABLE: 'the-ledger',
  CONTROL_TABLE: 'the-control',
  BUCKET: 'the-bucket',
  SETTINGS_PATH: '/spillway/spillway/settings/0',
};

const ALICE = 'arn:aws:sts::111122223333:assumed-role/Operator/alice';

/** An account with functions of others on its first page, and two stacks on its second, whose caller is Alice. */
const account: Backend = async (call, response) => {
  if (call.service === 'sts') {
    const result = `<GetCallerIdentityResult><Arn>${ALICE}</Arn></GetCallerIdentityResult>`;
    response.setHeader('content-type', 'text/xml');
    response.end(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`);
    return;
  }
  const second = call.url.includes('Marker=next');
  const ours = [
    functionOf('spillway-eu-CompactorFunction6-xy', { ...ENVIRONMENT, BUCKET: 'other' }),
    functionOf('spillway-CompactorFunction6-xy', ENVIRONMENT),
  ];
  const body = second ? { Functions: ours } : { Functions: [functionOf('somebody-else', {})], NextMarker: 'next' };
  sendJson(response, body, 200);
};

let server: Awaited<ReturnType<typeof serveBackend>>;
beforeAll(async () => {
  server = await serveBackend(account);
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

describe('a deployed stack', () => {
  it('is found by its name, among others of the account', async () => {
    expect(await deployedStack('spillway')).toMatchObject({
      tables: { ledger: 'the-ledger', control: 'the-control' },
      bucket: 'the-bucket',
    });
    expect(await deployedStack('spillway-eu')).toMatchObject({ bucket: 'other' });
  });

  it('is operated by whom AWS says that we are', async () => {
    expect(await (await deployedStack('spillway')).operator()).toBe(ALICE);
  });

  it('that is not there is said to be missing, with what to choose it by', async () => {
    await expect(deployedStack('nowhere')).rejects.toThrow(
      /no deployed stack nowhere .* --stack, AWS_PROFILE and AWS_REGION, or add --local/,
    );
  });

  it('that AWS does not let us see is said to be so', async () => {
    const stack = await deployedStack('spillway');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    await expect(stack.operator()).rejects.toThrow(/AWS does not say who you are/);
    await expect(deployedStack('spillway')).rejects.toThrow(/AWS cannot be asked for the deployed stack/);
  });
});
