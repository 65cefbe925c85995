import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { actionExists } from './iam/granted.ts';
import { allowedActions, type Role, rolesOf } from './iam/roles.ts';
import { isObject, list, object, text, texts } from './json.ts';
import type { Template, TemplateResource } from './template.ts';

/** Lambda's own limits and names (developer guide, "environment variables"). */
const ENVIRONMENT_BYTES = 4096;
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY.*|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_.*)$/;
/** IAM quotas: all inline policies of a role together, one managed policy (white space not counted), and managed policies of a role. */
const ROLE_POLICY_CHARACTERS = 10_240;
const MANAGED_POLICY_CHARACTERS = 6_144;
const MANAGED_POLICIES = 10;
/** A standard SSM parameter. */
const PARAMETER_BYTES = 4096;

/** What a deploy would refuse and synth does not see: one sentence a problem, with its logical id. */
export async function lintTemplate(template: Template): Promise<readonly string[]> {
  const roles = [...rolesOf(template).values()];
  return [
    ...template
      .resources('AWS::Lambda::Function')
      .flatMap((lambda) => [...environmentProblems(lambda), ...handlerProblems(template, lambda)]),
    ...template.resources('AWS::Events::Rule').flatMap((rule) => ruleProblems(template, rule)),
    ...template.resources('AWS::Lambda::EventSourceMapping').flatMap((mapping) => mappingProblems(template, mapping)),
    ...template.resources('AWS::SSM::Parameter').flatMap(parameterProblems),
    ...roles.flatMap((role) => sizeProblems(template, role)),
    ...(await Promise.all(roles.map(actionProblems))).flat(),
  ];
}

function environmentProblems({ id, properties }: TemplateResource): string[] {
  const environment = isObject(properties['Environment']) ? properties['Environment'] : {};
  const variables = Object.entries(object(environment['Variables'] ?? {}, id));
  const bytes = variables.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)), 0);
  const reserved = variables.filter(([name]) => RESERVED.test(name)).map(([name]) => `${id}: Lambda reserves the variable ${name}`);
  return bytes <= ENVIRONMENT_BYTES ? reserved : [...reserved, `${id}: ${bytes} bytes of environment, over Lambda's ${ENVIRONMENT_BYTES}`];
}

function handlerProblems(template: Template, { id, properties }: TemplateResource): string[] {
  const handler = text(properties['Handler'], `${id}.Handler`);
  const module = handler.slice(0, handler.lastIndexOf('.'));
  const folder = template.assetDir(id);
  const found = ['mjs', 'js', 'cjs'].some((extension) => existsSync(join(folder, `${module}.${extension}`)));
  return found ? [] : [`${id}: the bundle has no file for its handler ${handler}`];
}

function ruleProblems(template: Template, { id, properties }: TemplateResource): string[] {
  const allowed = template
    .resources('AWS::Lambda::Permission')
    .map(({ properties: { FunctionName, Principal, SourceArn } }) => [FunctionName, Principal, SourceArn].join(' '));
  const ruleArn = template.attribute(id, 'Arn');
  return list(properties['Targets'], id)
    .map((target) => text(object(target, id)['Arn'], `${id}.Targets`))
    .filter((target) => target.includes(':function:'))
    .filter((target) => !allowed.includes(`${target} events.amazonaws.com ${ruleArn}`))
    .map((target) => `${id}: no permission lets EventBridge invoke ${target} for this rule`);
}

/** CreateEventSourceMapping refuses a queue whose messages reappear while the function may still work on them. */
function mappingProblems(template: Template, { id, properties }: TemplateResource): string[] {
  const queue = template.resources('AWS::SQS::Queue').find((each) => template.attribute(each.id, 'Arn') === properties['EventSourceArn']);
  const lambda = template.resources('AWS::Lambda::Function').find((each) => template.ref(each.id) === properties['FunctionName']);
  const visible = Number(queue?.properties['VisibilityTimeout'] ?? 30);
  const timeout = Number(lambda?.properties['Timeout'] ?? 3);
  return visible >= timeout ? [] : [`${id}: the queue's visibility timeout (${visible} s) is below the function's timeout (${timeout} s)`];
}

function parameterProblems({ id, properties }: TemplateResource): string[] {
  const bytes = Buffer.byteLength(text(properties['Value'], `${id}.Value`));
  return bytes <= PARAMETER_BYTES ? [] : [`${id}: ${bytes} bytes, over the ${PARAMETER_BYTES} of a standard parameter`];
}

function sizeProblems(template: Template, { id, name, policies }: Role): string[] {
  const sizeOf = (policy: unknown) => JSON.stringify(policy).length;
  const managed = template
    .resources('AWS::IAM::ManagedPolicy')
    .filter(({ properties }) => texts(properties['Roles'], id).includes(name))
    .map((policy) => ({ id: policy.id, characters: sizeOf(policy.properties['PolicyDocument']) }));
  const all = policies.reduce((sum, policy) => sum + sizeOf(policy), 0);
  const inline = all - managed.reduce((sum, { characters }) => sum + characters, 0);
  const tooLarge = managed.filter(({ characters }) => characters > MANAGED_POLICY_CHARACTERS);
  return [
    ...(inline > ROLE_POLICY_CHARACTERS ? [`${id}: ${inline} characters of policy, over IAM's ${ROLE_POLICY_CHARACTERS} for a role`] : []),
    ...tooLarge.map(
      (policy) => `${policy.id}: ${policy.characters} characters, over IAM's ${MANAGED_POLICY_CHARACTERS} for a managed policy`,
    ),
    ...(managed.length > MANAGED_POLICIES
      ? [`${id}: ${managed.length} managed policies, over IAM's ${MANAGED_POLICIES}: name fewer models`]
      : []),
  ];
}

/** An action that IAM does not know grants nothing, and says nothing about it. */
async function actionProblems({ id, policies }: Role): Promise<string[]> {
  const named = [...new Set(allowedActions(policies))].filter((action) => !/[*?]/.test(action));
  const known = await Promise.all(named.map(actionExists));
  return named.filter((_, index) => known[index] !== true).map((action) => `${id}: IAM knows no action ${action}`);
}
