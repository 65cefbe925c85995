import type { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FeatureSettings } from '../../functions/core/settings.ts';
import { exampleSettings, exampleStack, propertiesOf, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const functions = propertiesOf(template, 'AWS::Lambda::Function');

const findings = (stack: Stack): string[] => new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);

/** A configuration of a large team: every feature with long names and two models. */
function hundredFeatures(): Record<string, FeatureSettings> {
  const [example] = Object.values(exampleSettings.features);
  if (example === undefined) throw new RangeError('the example has no features');
  const names = Array.from({ length: 100 }, (_, index) => `feature-with-quite-a-long-name-${index}`);
  return Object.fromEntries(names.map((name) => [name, { ...example, name }]));
}

describe('the stack', () => {
  it('has the outputs that everything else finds it by', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual(
      [
        ...['RouterFunction', 'GatewayFunction', 'GatewayUrl', 'BatchIntakeFunction', 'BatchSubmitterFunction', 'BatchHarvesterFunction'],
        ...['CompactorFunction', 'WasteReportFunction', 'JobsQueue', 'JobsDeadLetterQueue', 'ResultsQueue', 'LedgerTable', 'ControlTable'],
        ...['Bucket', 'AlertTopic'],
      ].sort(),
    );
  });

  it('is seven functions on Node 24 and arm64, and no custom resource', () => {
    expect(Object.values(functions).map(({ Runtime, Architectures }) => [Runtime, Architectures])).toEqual(
      Array.from({ length: 7 }, () => ['nodejs24.x', ['arm64']]),
    );
    const types = Object.values(template.toJSON()['Resources']).map((resource) => z.object({ Type: z.string() }).parse(resource).Type);
    expect(types.filter((type) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')).toEqual([]);
  });

  it('reserves no concurrency: a new account has too little to give away', () => {
    expect(Object.values(functions).filter((properties) => 'ReservedConcurrentExecutions' in properties)).toEqual([]);
  });

  it('grants single actions, never all actions of a service', () => {
    const actions = statementsOf(template, /./).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('deploys twice into one account under two names', () => {
    const namesOf = (of: typeof template) => [
      ...Object.values(propertiesOf(of, 'AWS::SSM::Parameter')).map(({ Name }) => Name),
      ...Object.values(propertiesOf(of, 'AWS::Bedrock::ApplicationInferenceProfile')).map(
        ({ InferenceProfileName }) => InferenceProfileName,
      ),
    ];
    const first = new Set(namesOf(template));
    expect(namesOf(templateOf({ name: 'spillway-staging' })).filter((name) => first.has(name))).toEqual([]);
  });

  it("passes the checks of cdk-nag's AwsSolutions, every exception with its reason beside the resource", () => {
    expect(findings(exampleStack())).toEqual([]);
  });

  it('would not pass them with a bare bucket', () => {
    const stack = exampleStack();
    new Bucket(stack, 'Bare');
    expect(findings(stack)).toContain('AwsSolutions-S10');
  });
});

describe('a configuration of a hundred features', () => {
  const large = templateOf({ settings: { features: hundredFeatures() }, options: { inferenceProfiles: false } });

  it('leaves every environment far below the 4 KB that Lambda allows', () => {
    for (const { Environment } of Object.values(propertiesOf(large, 'AWS::Lambda::Function')))
      expect(JSON.stringify(Environment).length).toBeLessThan(2048);
  });

  it('stays below 450 resources without inference profiles, and fails synth with them, saying what to do', () => {
    expect(Object.keys(large.toJSON()['Resources']).length).toBeLessThanOrEqual(450);
    expect(() => templateOf({ settings: { features: hundredFeatures() } })).toThrow(
      /would have \d{3} resources; at most 450 .* 200 of them are inference profiles: set billing.inferenceProfiles: false/,
    );
  });

  it('keeps every parameter within 4,096 bytes and every policy within 10,240', () => {
    const ARN_GROWTH = 60;
    for (const { Value } of Object.values(propertiesOf(large, 'AWS::SSM::Parameter'))) {
      const text = JSON.stringify(Value);
      const arns = text.split('Fn::GetAtt').length - 1;
      expect(arns === 0 ? z.string().parse(Value).length : text.length + arns * ARN_GROWTH - arns * 120).toBeLessThanOrEqual(4096);
    }
    for (const policy of Object.values(propertiesOf(large, 'AWS::IAM::Policy')))
      expect(JSON.stringify(policy['PolicyDocument']).length).toBeLessThan(10_240);
  });
});

describe('a configuration of seventy models', () => {
  const [model] = Object.values(exampleSettings.models);
  if (model === undefined) throw new RangeError('the example has no models');
  const id = (at: number) => `us.anthropic.claude-with-a-long-name-4-5-2025${1000 + at}-v1:0`;
  const many = Array.from({ length: 70 }, (_, at) => [`m${at}`, { ...model, name: `m${at}`, modelId: id(at) }] as const);
  const changes = { settings: { models: { ...exampleSettings.models, ...Object.fromEntries(many) } } };

  it('has rights in policies that IAM takes, each with its reason for cdk-nag', async () => {
    const stack = exampleStack(changes);
    expect(findings(stack)).toEqual([]);
    const policies = Object.values(propertiesOf(templateOf(changes), 'AWS::IAM::ManagedPolicy'));
    expect(policies.length).toBeGreaterThan(4);
    // Longer in the template than in AWS, by the references in it.
    for (const policy of policies) expect(JSON.stringify(policy['PolicyDocument']).length).toBeLessThan(6_144 + 40 * 60);
    const byRole = Map.groupBy(policies, (policy) => JSON.stringify(policy['Roles']));
    for (const ofRole of byRole.values()) expect(ofRole.length).toBeLessThanOrEqual(10);
  });
});
