import type { Caller } from './backend.ts';
import type { BedrockStandIn } from './bedrock/stand-in.ts';
import type { Clock } from './clock.ts';
import { callerOf } from './credentials.ts';
import { type JsonObject, object, parseJson, text } from './json.ts';
import { deployFunctions } from './lambda/deploy.ts';
import type { FunctionDirectory } from './lambda/directory.ts';
import { functionUrlListener } from './lambda/function-url.ts';
import { lambdaBackend } from './lambda/http.ts';
import { startModels } from './models.ts';
import { functionIdsOf } from './outputs.ts';
import type { Platform } from './platform.ts';
import { realBedrock } from './real-bedrock.ts';
import { EventBus } from './sources/events.ts';
import { pollersOf } from './sources/mappings.ts';
import { Scheduler } from './sources/scheduler.ts';
import type { Teardown } from './teardown.ts';

export type ComputeOptions = {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly logDirectory: string;
  readonly dataDir?: string;
  /** Schedules run by themselves, and not only when asked. */
  readonly onTime: boolean;
  readonly models: 'stand-in' | 'bedrock';
  readonly warn: (line: string) => void;
};

/** The functions, and everything that invokes them. */
export type Compute = { readonly functions: FunctionDirectory; readonly scheduler: Scheduler; readonly bedrock?: BedrockStandIn };

export async function startCompute(options: ComputeOptions, teardown: Teardown): Promise<Compute> {
  const { platform, clock, warn } = options;
  const { template, guard, endpoint, backends } = platform;
  const ids = functionIdsOf(template);
  const functions = deployFunctions({ template, guard, endpoint, clock, logDirectory: options.logDirectory, functions: ids });
  teardown.add('functions', async () => void (await Promise.all(functions.all().map(({ host }) => host.stop()))));
  backends.set('lambda', lambdaBackend(functions));
  serveFunctionUrls(platform, functions, clock);
  const bus = new EventBus({ template, functions, guard, warn });
  const bedrock = await startBedrock(options, bus, teardown);
  const pollers = pollersOf({ template, functions, guard, clock, endpoint });
  for (const poller of pollers) poller.start();
  teardown.add('queue pollers', async () => void (await Promise.all(pollers.map((poller) => poller.stop()))));
  const scheduler = new Scheduler({ template, functions, guard, clock, warn });
  if (options.onTime) scheduler.start();
  teardown.add('schedules', () => scheduler.stop());
  // The two that people wait for are warm when they first call; nothing waits for it.
  for (const { host } of functions.all()) if (['router', 'gateway'].includes(host.options.spec.key)) void host.prewarm();
  return { functions, scheduler, ...(bedrock === undefined ? {} : { bedrock }) };
}

async function startBedrock(options: ComputeOptions, bus: EventBus, teardown: Teardown): Promise<BedrockStandIn | undefined> {
  const { platform, clock, dataDir } = options;
  if (options.models === 'bedrock') {
    platform.backends.set('bedrock', await realBedrock({ profileSource: (arn) => platform.guard.profileSource(arn) }));
    return undefined;
  }
  const bedrock = startModels({
    ...{ guard: platform.guard, endpoint: platform.endpoint, clock },
    onBatchEvent: (event) => void bus.put(asJson(event)).catch((error: unknown) => options.warn(`batch event: ${String(error)}`)),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  platform.backends.set('bedrock', bedrock.backend);
  teardown.add('model stand-in', () => bedrock.stop());
  return bedrock;
}

/** Events cross as JSON, here as on AWS. */
const asJson = (event: object): JsonObject => object(parseJson(JSON.stringify(event)), 'event');

function serveFunctionUrls({ template, guard, functionUrls }: Platform, functions: FunctionDirectory, clock: Clock): void {
  for (const { id, properties } of template.resources('AWS::Lambda::Url')) {
    const target = functions.find(text(properties['TargetFunctionArn'], id));
    if (target === undefined) throw new RangeError(`${id}: its function is not in the stack`);
    const authorize = async (headers: Readonly<Record<string, string>>): Promise<Caller | undefined> => {
      const [, accessKeyId] = /Credential=([^/]+)\//.exec(headers['authorization'] ?? '') ?? [];
      if (accessKeyId === undefined) return undefined;
      const caller = callerOf(accessKeyId);
      if (caller.kind === 'operator') return caller;
      const resource = target.host.options.spec.arn;
      return (await guard.check(caller.roleId, { action: 'lambda:InvokeFunctionUrl', resource })) === undefined ? caller : undefined;
    };
    const authType = properties['AuthType'] === 'AWS_IAM' ? 'AWS_IAM' : 'NONE';
    const listener = functionUrlListener({ host: target.host, authType, now: () => clock.now(), authorize });
    functionUrls.get(id)?.server.removeAllListeners('request').on('request', listener);
  }
}
