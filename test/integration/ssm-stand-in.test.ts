import { GetParameterCommand, ParameterNotFound, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ssmStandIn } from '../../local/ssm.ts';
import { serveBackend } from '../support/backend-server.ts';

const names = Array.from({ length: 23 }, (_, n) => `/app/settings/part-${String(n).padStart(2, '0')}`);
const parameters = new Map(
  [...names, '/app/settings/deep/er', '/apparently/not'].map((name) => [name, { type: 'String', value: `value of ${name}` }]),
);
let server: Awaited<ReturnType<typeof serveBackend>>;
let client: SSMClient;

beforeAll(async () => {
  server = await serveBackend(ssmStandIn(parameters));
  client = new SSMClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

async function under(Path: string, Recursive: boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginateGetParametersByPath({ client }, { Path, Recursive })) {
    expect(page.Parameters?.length).toBeLessThanOrEqual(10);
    found.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''));
  }
  return found;
}

describe('the parameter stand-in', () => {
  it('lists a path in pages of ten, by name', async () => {
    expect(await under('/app/settings', false)).toEqual(names);
    expect(await under('/app/settings/', true)).toEqual(['/app/settings/deep/er', ...names]);
    expect(await under('/nothing', true)).toEqual([]);
  });

  it('answers one parameter, and says when there is none', async () => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: '/apparently/not' }));
    expect(Parameter).toMatchObject({ Type: 'String', Value: 'value of /apparently/not' });
    await expect(client.send(new GetParameterCommand({ Name: '/none' }))).rejects.toBeInstanceOf(ParameterNotFound);
  });
});
