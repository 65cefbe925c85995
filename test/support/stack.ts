import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStack, type StackOptions, startStack } from '../../local/stack.ts';

export type TestStack = LocalStack & {
  /** Where its local.json and logs are: removed when it stops. */
  readonly stateDir: string;
};

/** The real stack on free ports with state of its own; schedules run only when asked. Stop it in `afterAll`. */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<TestStack> {
  const stateDir = mkdtempSync(join(tmpdir(), 'spillway-test-'));
  const stack = await startStack({ configFile: 'spillway.yaml', port: 0, onTime: false, quiet: true, stateDir, ...options });
  const stop = async () => {
    await stack.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  return { ...stack, stateDir: options.stateDir ?? stateDir, stop };
}
