import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withValue } from '../support/configuration.ts';

/** Runs the CDK app as `npm run synth` and `npm run deploy` do. */
function synth(configuration: string): Promise<{ code: number | null; said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  const config = join(folder, 'spillway.yaml');
  writeFileSync(config, configuration);
  const env = { ...process.env, SPILLWAY_CONFIG: config, CDK_OUTDIR: join(folder, 'out'), CDK_VALIDATION: 'false' };
  const app = spawn(process.execPath, ['bin/spillway.ts'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((done) => {
    app.on('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      done({ code, said });
    });
  });
}

describe('a synth', () => {
  it('says which prices were read long ago, and goes on', async () => {
    const { code, said } = await synth(withValue(['models', 'haiku', 'price'], { input: 1, output: 5, asOf: '2025-01-01' }));
    expect(code).toBe(0);
    expect(said).toMatch(
      /spillway\.yaml:\d+:\d+ {2}warning {2}models\.haiku\.price: its price was read on 2025-01-01, more than 90 days ago/,
    );
  });

  it('says in words, without a stack trace, that the stack would be too large', async () => {
    const feature = {
      owner: 'a@acme.example',
      team: 'finance',
      templates: ['t'],
      route: { cheap: 'haiku', strong: 'sonnet' },
      budgets: { daily: 1 },
    };
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`many-${n}`, feature]));
    const { code, said } = await synth(withValue(['features'], many));
    expect(code).toBe(1);
    expect(said).toMatch(/would have \d+ resources; at most 450 .*set billing\.inferenceProfiles: false/);
    expect(said).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });

  it('stops at a model without a price', async () => {
    const { code, said } = await synth(withValue(['models', 'haiku', 'id'], 'bedrock/us.anthropic.claude-haiku-99'));
    expect(code).not.toBe(0);
    expect(said).toMatch(/error {2}models\.haiku\.id: no price is known for us\.anthropic\.claude-haiku-99/);
  });
});
