import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SOUND } from '../support/configuration.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-cli-'));

/** In a folder in which no stack runs. */
const spillway = (...args: string[]) => runCli(folder, args);

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('spillway', () => {
  it('shows its verbs', async () => {
    const { code, out } = await spillway('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/config .*spend .*report .*keys/s);
  });

  it.each([
    [['nonsense']],
    [['spend', '--by', 'colour']],
    [['spend', '--from', 'monday']],
    [['keys', 'create']],
    [['config', 'check', 'a', 'b']],
  ])('exits with 2 for the wrong usage %j', async (args) => {
    const { code, err } = await spillway(...args);
    expect([code, err]).toEqual([2, expect.stringContaining('error:')]);
  });

  it('ends well when its reader has seen enough', async () => {
    const program = resolve(import.meta.dirname, '../../bin/cli.ts');
    const script = `set -o pipefail; "${process.execPath}" "${program}" config schema | true`;
    await expect(promisify(execFile)('bash', ['-c', script])).resolves.toMatchObject({ stderr: '' });
  });

  it('runs as a program of its own', async () => {
    const program = resolve(import.meta.dirname, '../../bin/cli.ts');
    const run = promisify(execFile)(process.execPath, [program, 'spend', '--local'], { cwd: folder });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('no local stack runs in this folder') });
  });

  it('says that no stack runs here', async () => {
    const { code, err } = await spillway('spend', '--local');
    expect([code, err]).toEqual([1, 'spillway: no local stack runs in this folder: start one in another terminal with `npm start`\n']);
  });
});

describe('spillway config check', () => {
  it('exits with 0 for a sound configuration', async () => {
    expect(await spillway('config', 'check', file('sound.yaml', SOUND))).toEqual({
      code: 0,
      out: 'sound.yaml is valid for us-east-1.\n',
      err: '',
    });
  });

  it('exits with 1 and prints each error with its place and what is allowed', async () => {
    const { code, out } = await spillway(
      'config',
      'check',
      file('broken.yaml', SOUND.replace('team: finance', 'team: finanse').replace('[extract]', '[Extract]')),
    );
    expect(code).toBe(1);
    expect(out).toContain(
      'broken.yaml:15:11  error  features.extractor.team: unknown team finanse\n    found: "finanse"\n    allowed: finance (did you mean finance?)\n',
    );
    expect(out).toContain('features.extractor.templates.0: bad name "Extract"');
    expect(out).toContain('broken.yaml cannot be used.');
  });

  it('checks the models against the region asked for', async () => {
    const { code, out } = await spillway('config', 'check', file('sound.yaml', SOUND), '--region', 'eu-central-1', '--json');
    expect(code).toBe(1);
    const problems = JSON.parse(out).problems.filter(({ severity }: { severity: string }) => severity === 'error');
    expect(problems.map(({ path }: { path: string }) => path)).toEqual(['models.haiku.id', 'models.sonnet.id', 'models.llama.id']);
  });
});
