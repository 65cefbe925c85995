import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeLocalFile } from '../../local/local-file.ts';

const place = () => {
  const directory = mkdtempSync(join(tmpdir(), 'spillway-local-file-'));
  const file = join(directory, 'local.json');
  return { directory, file, read: () => JSON.parse(readFileSync(file, 'utf8')) };
};

describe('local.json', () => {
  it('names this process while it is up, and is gone afterwards', () => {
    const { directory, file, read } = place();
    const local = writeLocalFile(directory, { gatewayUrl: 'http://a', reportUrl: 'none' });
    expect(read()).toEqual({ pid: process.pid, gatewayUrl: 'http://a', reportUrl: 'none' });
    local.update({ reportUrl: 'http://a/reports/1' });
    expect(read()).toMatchObject({ gatewayUrl: 'http://a', reportUrl: 'http://a/reports/1' });
    local.remove();
    expect(existsSync(file)).toBe(false);
  });

  it('of another living stack is replaced aloud and put back', () => {
    const { directory, file, read } = place();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      writeFileSync(file, JSON.stringify({ pid: other.pid, gatewayUrl: 'http://other' }));
      const local = writeLocalFile(directory, { gatewayUrl: 'http://mine' });
      expect(local.notice).toContain(`process ${other.pid}, http://other`);
      expect(read().gatewayUrl).toBe('http://mine');
      local.remove();
      expect(read().gatewayUrl).toBe('http://other');
    } finally {
      other.kill();
    }
  });

  it('of a stack that was killed, or that is no JSON, is replaced without a word', () => {
    const { directory, file } = place();
    for (const left of [JSON.stringify({ pid: 2 ** 22 - 1, gatewayUrl: 'http://dead' }), 'half writ']) {
      writeFileSync(file, left);
      const local = writeLocalFile(directory, { gatewayUrl: 'http://mine' });
      expect(local.notice).toBeUndefined();
      local.remove();
      expect(existsSync(file)).toBe(false);
    }
  });

  it('that another stack has taken over is left alone', () => {
    const { directory, file, read } = place();
    const local = writeLocalFile(directory, { gatewayUrl: 'http://mine' });
    writeFileSync(file, JSON.stringify({ pid: 1, gatewayUrl: 'http://theirs' }));
    local.remove();
    expect(read().gatewayUrl).toBe('http://theirs');
  });
});
