import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../functions/core/settings.ts';
import { settingsToJson } from '../../functions/schemas/settings.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';
import { type SsmParameter, ssmStandIn } from '../../local/ssm.ts';
import { serveBackend } from '../support/backend-server.ts';

const { settings } = loadConfiguration('spillway.yaml', { nowMs: Date.parse('2026-11-22T00:00:00Z'), region: 'us-east-1' });
const parameters = new Map<string, SsmParameter>();
let server: Awaited<ReturnType<typeof serveBackend>>;
let loadSettings: (path: string) => Promise<Settings>;

/** Stores a text as the deployment does, in parts short enough to need many pages. */
function store(path: string, json: string, partLength: number): void {
  const parts = Array.from({ length: Math.ceil(json.length / partLength) }, (_, at) => json.slice(at * partLength, (at + 1) * partLength));
  for (const [at, value] of parts.entries()) parameters.set(`${path}/${String(at).padStart(3, '0')}`, { type: 'String', value });
}

beforeAll(async () => {
  server = await serveBackend(ssmStandIn(parameters));
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', server.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  ({ loadSettings } = await import('../../functions/adapters/ssm-settings.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

describe('settings in SSM', () => {
  it('come back whole from many parts, with the profiles of several more', async () => {
    store('/spillway/whole/settings', settingsToJson(settings), 400);
    parameters.set('/spillway/whole/settings/profiles-000', { type: 'String', value: '{"a/haiku":"arn:a"}' });
    parameters.set('/spillway/whole/settings/profiles-001', { type: 'String', value: '{"b/haiku":"arn:b"}' });
    expect(parameters.size).toBeGreaterThan(20);
    const expected = { ...settings, inferenceProfiles: { 'a/haiku': 'arn:a', 'b/haiku': 'arn:b' } };
    expect(await loadSettings('/spillway/whole/settings/')).toEqual(expected);
  });

  it('are read once an environment', async () => {
    store('/spillway/once/settings', settingsToJson(settings), 4000);
    const first = await loadSettings('/spillway/once/settings');
    parameters.clear();
    expect(await loadSettings('/spillway/once/settings')).toBe(first);
  });

  it('are asked for again when they could not be read', async () => {
    await expect(loadSettings('/spillway/later/settings')).rejects.toThrow(/no settings under the SSM path \/spillway\/later\/settings/);
    store('/spillway/later/settings', settingsToJson(settings), 4000);
    expect((await loadSettings('/spillway/later/settings')).organization).toBe('acme');
  });

  it('with a part missing are refused', async () => {
    store('/spillway/torn/settings', settingsToJson(settings), 1000);
    parameters.delete('/spillway/torn/settings/002');
    await expect(loadSettings('/spillway/torn/settings')).rejects.toThrow(/incomplete or mixed/);
  });
});
