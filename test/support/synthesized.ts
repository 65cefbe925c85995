import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { z } from 'zod';
import type { Settings } from '../../functions/core/settings.ts';
import { type DeploymentOptions, loadConfiguration } from '../../lib/configuration/load-configuration.ts';
import { FEATURE_FLAGS } from '../../lib/feature-flags.ts';
import { SpillwayStack } from '../../lib/spillway-stack.ts';

// The CDK's own validation takes two seconds a synthesis; `npm run synth` keeps it.
process.env['CDK_VALIDATION'] = 'false';

const example = loadConfiguration('spillway.yaml', { region: 'us-east-1', nowMs: Date.UTC(2026, 10, 20) });

export const exampleSettings: Settings = example.settings;

/** The stack of the example configuration, changed where the test says so; without bundles, for speed. */
export function exampleStack(
  changes: { settings?: Partial<Settings>; options?: Partial<DeploymentOptions>; name?: string } = {},
): SpillwayStack {
  const app = new App({ context: FEATURE_FLAGS, analyticsReporting: false });
  return new SpillwayStack(app, changes.name ?? 'spillway', {
    settings: { ...example.settings, ...changes.settings },
    options: { ...example.options, ...changes.options },
    codeOf: () => Code.fromInline('export const handler = () => {};'),
  });
}

let unchanged: Template | undefined;
/** Its template; that of the unchanged example is made once, since a synthesis takes a second. */
export function templateOf(changes?: Parameters<typeof exampleStack>[0]): Template {
  if (changes !== undefined) return Template.fromStack(exampleStack(changes));
  unchanged ??= Template.fromStack(exampleStack());
  return unchanged;
}

const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statementSchema = z.object({
  Effect: z.string(),
  Action: words,
  Resource: z.unknown().transform((value) => [value].flat()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const policySchema = z.object({
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
  Roles: z.array(z.object({ Ref: z.string() })).optional(),
});

export type Statement = z.infer<typeof statementSchema>;

/** What the roles whose logical id matches may do. */
export function statementsOf(template: Template, role: RegExp): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map((resource) => policySchema.parse(resource['Properties']))
    .filter((policy) => policy.Roles?.some(({ Ref }) => role.test(Ref)))
    .flatMap((policy) => policy.PolicyDocument.Statement);
}

/** The statements that allow an action, optionally on a resource whose JSON matches. */
export const allowing = (statements: readonly Statement[], action: string, resource = /./): Statement[] =>
  statements.filter(
    (statement) =>
      statement.Effect === 'Allow' &&
      statement.Action.includes(action) &&
      statement.Resource.some((one) => resource.test(JSON.stringify(one))),
  );

/** Properties of every resource of a type, by logical id. */
export function propertiesOf(template: Template, type: string): Record<string, Record<string, unknown>> {
  const schema = z.record(z.string(), z.unknown());
  return Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, resource]) => [id, schema.parse(resource['Properties'] ?? {})]),
  );
}
