import type { Clock } from '../clock.ts';
import { credentialsFor } from '../credentials.ts';
import type { Guard } from '../iam/guard.ts';
import { type JsonObject, object, text } from '../json.ts';
import { REGION } from '../physical.ts';
import type { Template, TemplateResource } from '../template.ts';
import { FunctionDirectory } from './directory.ts';
import { type AwsAccess, environmentOf, type FunctionSpec } from './function-spec.ts';
import { FunctionHost } from './host.ts';
import { FunctionLog } from './log.ts';

export type DeployOptions = {
  readonly template: Template;
  /** Logical id of each function to run, by its key. */
  readonly functions: Readonly<Record<string, string>>;
  readonly guard: Guard;
  readonly endpoint: string;
  readonly clock: Clock;
  readonly logDirectory: string;
};

/** Every function of the stack as the template declares it: code, environment, role, limits, aliases, retries. */
export function deployFunctions(options: DeployOptions): FunctionDirectory {
  const { template, clock } = options;
  const clockOffsetMs = sharedOffset(clock);
  const directory = new FunctionDirectory();
  for (const [key, id] of Object.entries(options.functions)) {
    const spec = specOf(key, template.resource(id), template);
    const variables = environmentOf(spec, accessOf(id, spec, options));
    const host = new FunctionHost({ spec, variables, clockOffsetMs, log: new FunctionLog(options.logDirectory, key) });
    directory.add({ host, logicalId: id, aliases: aliasesOf(template, spec.name), maximumRetryAttempts: retriesOf(template, spec.name) });
  }
  return directory;
}

function specOf(key: string, { id, properties }: TemplateResource, template: Template): FunctionSpec {
  const environment = properties['Environment'] === undefined ? {} : object(object(properties['Environment'], id)['Variables'], id);
  return {
    key,
    name: template.name(id),
    arn: template.attribute(id, 'Arn'),
    handler: text(properties['Handler'], id),
    codeDirectory: template.assetDir(id),
    // What Lambda takes when the template says nothing.
    timeoutMs: Number(properties['Timeout'] ?? 3) * 1_000,
    memoryMb: Number(properties['MemorySize'] ?? 128),
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, text(value, `${id}.${name}`)])),
  };
}

function accessOf(id: string, spec: FunctionSpec, { template, guard, endpoint }: DeployOptions): AwsAccess {
  const roleId = guard.roleOf(text(template.properties(id)['Role'], id));
  return { endpoint, region: REGION, credentials: credentialsFor(roleId, spec.name) };
}

/** The clock's offset in memory that every worker thread reads. */
function sharedOffset(clock: Clock): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(8);
  const offset = new Float64Array(buffer);
  offset[0] = clock.offsetMs;
  clock.onAdvance((offsetMs) => {
    offset[0] = offsetMs;
  });
  return buffer;
}

const of = (template: Template, type: string, functionName: string): readonly JsonObject[] =>
  template
    .resources(type)
    .map(({ properties }) => properties)
    .filter((properties) => properties['FunctionName'] === functionName);

const aliasesOf = (template: Template, functionName: string): readonly string[] =>
  of(template, 'AWS::Lambda::Alias', functionName).map((alias) => text(alias['Name'], 'alias'));

const retriesOf = (template: Template, functionName: string): number => {
  const configured = of(template, 'AWS::Lambda::EventInvokeConfig', functionName).find((config) => config['Qualifier'] === '$LATEST');
  return Number(configured?.['MaximumRetryAttempts'] ?? 2);
};
