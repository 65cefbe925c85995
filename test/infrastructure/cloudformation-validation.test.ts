import { App } from 'aws-cdk-lib';
import { CfnApplicationInferenceProfile } from 'aws-cdk-lib/aws-bedrock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleStack } from '../support/synthesized.ts';

/** Synthesizes, with the CDK checking the template against CloudFormation's own schemas. */
function validate(stack: ReturnType<typeof exampleStack>): void {
  const app = stack.node.root;
  if (!App.isApp(app)) throw new RangeError('the stack stands outside an app');
  app.synth();
}

describe("CloudFormation's own validation", () => {
  const before = process.env['CDK_VALIDATION'];
  beforeEach(() => {
    process.env['CDK_VALIDATION'] = 'true';
  });
  afterEach(() => {
    process.env['CDK_VALIDATION'] = before ?? 'false';
  });

  it('has nothing against the stack', { timeout: 120_000 }, () => {
    expect(() => validate(exampleStack())).not.toThrow();
  });

  it('would have something against a bad name', () => {
    const stack = exampleStack();
    new CfnApplicationInferenceProfile(stack, 'Bad', { inferenceProfileName: 'two..dots' });
    expect(() => validate(stack)).toThrow("'two..dots' does not match pattern");
  });
});
