import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isoWeek, localDay } from '../functions/core/calendar.ts';
import type { Backend } from './backend.ts';
import type { BedrockStandIn } from './bedrock/stand-in.ts';
import { Clock } from './clock.ts';
import { type Compute, startCompute } from './compute.ts';
import { type Credentials, OPERATOR } from './credentials.ts';
import { devApiServer } from './dev-api.ts';
import { createGatewayKey } from './gateway-key.ts';
import { closeServer, listenOn } from './http-port.ts';
import type { Guard } from './iam/guard.ts';
import type { FunctionHost } from './lambda/host.ts';
import type { InvocationResult } from './lambda/protocol.ts';
import { writeLocalFile } from './local-file.ts';
import { type FunctionKey, namesOf, type StackNames } from './outputs.ts';
import { REGION } from './physical.ts';
import { type Platform, startPlatform } from './platform.ts';
import { portsFrom } from './ports.ts';
import { restoreState } from './saved-state.ts';
import { Teardown } from './teardown.ts';
import type { Template } from './template.ts';

export type StackOptions = {
  readonly configFile: string;
  /** Base of four ports; 0 = any free. */
  readonly port: number;
  /** Keeps tables, queues, bucket, batch jobs, clock and key across restarts. */
  readonly dataDir?: string;
  /** Schedules run by themselves, and not only when asked. */
  readonly onTime: boolean;
  /** `bedrock`: real models, with the user's own AWS credentials. Absent: the stand-in. */
  readonly modelBackend?: 'bedrock';
  /** Says nothing on stderr. */
  readonly quiet: boolean;
  /** Where local.json and the logs go; default `.spillway`. */
  readonly stateDir?: string;
};

/** The running stack, for the demo, tools and tests. */
export type LocalStack = StackNames & {
  readonly configFile: string;
  /** Without a slash at the end, as the other URLs. */
  readonly gatewayUrl: string;
  readonly inboxUrl: string;
  readonly reportUrl: string;
  readonly devUrl: string;
  /** A gateway key for every feature. */
  readonly apiKey: string;
  /** Every AWS service. */
  readonly endpoint: string;
  /** For SDK clients of the operator: not checked against any policy. */
  readonly sdk: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials };
  readonly clock: Clock;
  readonly template: Template;
  readonly guard: Guard;
  /** What answers each AWS service, read at each call: tests put a broken one in its place. */
  readonly backends: Map<string, Backend>;
  /** Absent when the models are real. */
  readonly bedrock?: BedrockStandIn;
  /** Set when another running stack's local.json was replaced. */
  readonly notice?: string;
  invoke(key: FunctionKey, payload: unknown): Promise<InvocationResult>;
  runSchedule(key: FunctionKey): Promise<InvocationResult>;
  /** One function's environments: its log, and `recycle()` to kill them between any two statements. */
  host(key: FunctionKey): FunctionHost;
  /** Replaces the report's address in local.json: a page's link carries a token, known once the report is written. */
  publishReport(reportUrl: string): void;
  stop(): Promise<void>;
};

/** Starts everything from the synthesized template. What was started is stopped again when a later part fails. */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(options: StackOptions, teardown: Teardown): Promise<LocalStack> {
  const { dataDir, stateDir = '.spillway' } = options;
  const ports = portsFrom(options.port);
  const clock = new Clock();
  const kept = dataDir === undefined ? {} : { dataDir };
  const platform = await startPlatform({ configFile: options.configFile, ports, ...kept }, teardown);
  const { apiKey } = restoreState(clock, dataDir);
  const warn = (line: string) => void (options.quiet || process.stderr.write(`${line}\n`));
  const { onTime, modelBackend: models = 'stand-in' } = options;
  const compute = await startCompute({ platform, clock, logDirectory: join(stateDir, 'log'), onTime, models, warn, ...kept }, teardown);
  const names = namesOf(platform.template);
  await createGatewayKey(platform.endpoint, names.tables.control, apiKey, clock.now());
  const runSchedule = (key: FunctionKey) => compute.scheduler.runNow(names.functions[key]);
  const devServer = devApiServer({ clock, runSchedule, ...(compute.bedrock === undefined ? {} : { bedrock: compute.bedrock }) });
  const devUrl = `http://127.0.0.1:${await listenOn(devServer, ports.devApi, 'developer API')}`;
  teardown.add('developer API', () => closeServer(devServer));
  const urls = { ...urlsOf(platform, clock), devUrl };
  const file = writeLocalFile(stateDir, localJson(platform.endpoint, names, { ...urls, apiKey }));
  teardown.add('local.json', () => file.remove());
  return {
    ...names,
    ...urls,
    ...handles(compute, names),
    configFile: options.configFile,
    apiKey,
    endpoint: platform.endpoint,
    sdk: { endpoint: platform.endpoint, region: REGION, credentials: OPERATOR },
    clock,
    template: platform.template,
    guard: platform.guard,
    backends: platform.backends,
    ...(compute.bedrock === undefined ? {} : { bedrock: compute.bedrock }),
    ...(file.notice === undefined ? {} : { notice: file.notice }),
    runSchedule,
    publishReport: (reportUrl) => file.update({ reportUrl }),
    stop: () => teardown.run(),
  };
}

function urlsOf({ functionUrls, inboxUrl }: Platform, clock: Clock) {
  const [gateway] = functionUrls.values();
  const gatewayUrl = gateway?.url ?? '';
  return { gatewayUrl, inboxUrl, reportUrl: `${gatewayUrl}/reports/${isoWeek(localDay(clock.now(), 'UTC'))}` };
}

/** What users of a running stack find in `.spillway/local.json`. */
function localJson(endpoint: string, { alertTopic: _, ...names }: StackNames, urls: Readonly<Record<string, string>>): object {
  const services = ['lambda', 'dynamodb', 'sqs', 's3', 'ses', 'bedrock'];
  return { ...urls, endpoints: Object.fromEntries(services.map((service) => [service, endpoint])), ...names };
}

function handles({ functions }: Compute, names: StackNames) {
  const find = (key: FunctionKey) => {
    const target = functions.find(names.functions[key]);
    if (target === undefined) throw new RangeError(`${key} is not deployed`);
    return target;
  };
  return {
    host: (key: FunctionKey) => find(key).host,
    invoke: (key: FunctionKey, payload: unknown) => {
      const { host, invokedFunctionArn } = find(key);
      return host.invoke({ requestId: randomUUID(), invokedFunctionArn, payload: JSON.stringify(payload) });
    },
  };
}
