import { createServer, type Server } from 'node:http';
import type { Backend } from './backend.ts';
import { startEmulators } from './emulators/emulators.ts';
import { type Authorize, startFront } from './front.ts';
import { closeServer, listenOn } from './http-port.ts';
import { type Guard, guard } from './iam/guard.ts';
import { text } from './json.ts';
import { lintTemplate } from './lint.ts';
import type { Ports } from './ports.ts';
import { createResources } from './resources.ts';
import { type SsmParameter, ssmStandIn } from './ssm.ts';
import { bindingPort, StartProblem } from './start-problem.ts';
import { synthesize } from './synth.ts';
import type { Teardown } from './teardown.ts';
import { readTemplate, type Template } from './template.ts';

/** The services and resources of the stack, ready for its functions. */
export type Platform = {
  readonly template: Template;
  readonly guard: Guard;
  /** `http://127.0.0.1:PORT`: every AWS service. */
  readonly endpoint: string;
  readonly backends: Map<string, Backend>;
  /** Bound, not answering yet: the listener of each AWS::Lambda::Url, by logical id. */
  readonly functionUrls: ReadonlyMap<string, { readonly server: Server; readonly url: string }>;
  readonly inboxUrl: string;
};

export type PlatformOptions = { readonly configFile: string; readonly ports: Ports; readonly dataDir?: string };

/**
 * Binds the ports, synthesizes the CDK app, and creates what the template declares. Ports come first: a taken one is told at once, and
 * queue and function URLs are in the template's values, which are resolved when asked for.
 */
export async function startPlatform(options: PlatformOptions, teardown: Teardown): Promise<Platform> {
  const { ports, dataDir } = options;
  const backends = new Map<string, Backend>();
  const functionUrls = new Map<string, { server: Server; url: string }>();
  // Decided once the template is read; the port is bound before that.
  let authorize: Authorize = async () => ({ action: '', resource: '', message: 'the stack is starting' });
  const gateway = await bindUrl(ports.gateway, teardown);
  const front = await bindingPort('AWS services', ports.front, () =>
    startFront({ port: ports.front, backends, authorize: (call) => authorize(call) }),
  );
  teardown.add('AWS services', () => front.stop());
  const { assemblyDir } = await synthesize({ configFile: options.configFile });
  const template = readTemplate(assemblyDir, { endpoint: () => front.url, functionUrl: (id) => `${functionUrls.get(id)?.url ?? ''}/` });
  for (const [index, { id }] of template.resources('AWS::Lambda::Url').entries()) {
    functionUrls.set(id, index === 0 ? gateway : await bindUrl(0, teardown));
  }
  await refuseUndeployable(template);
  const iam = guard(template);
  const emulators = await bindingPort('inbox', ports.inbox, () =>
    startEmulators({
      inboxPort: ports.inbox,
      endpoint: () => front.url,
      mayList: (call) => iam.mayList(call),
      ...(dataDir === undefined ? {} : { dataDir }),
    }),
  );
  teardown.add('stores and queues', () => emulators.stop());
  for (const [service, backend] of emulators.backends) backends.set(service, backend);
  backends.set('ssm', ssmStandIn(parametersOf(template)));
  authorize = (call) => iam.authorize(call);
  await createResources(template, emulators);
  return { template, guard: iam, endpoint: front.url, backends, functionUrls, inboxUrl: emulators.inboxUrl };
}

/** A function URL's port, which says that the stack is starting until its function is there. */
async function bindUrl(wantedPort: number, teardown: Teardown): Promise<{ server: Server; url: string }> {
  const server = createServer({ requestTimeout: 0 }, (_, response) => void response.writeHead(503, { 'retry-after': '1' }).end());
  const port = await listenOn(server, wantedPort, 'gateway');
  teardown.add('function URL', () => closeServer(server));
  return { server, url: `http://127.0.0.1:${port}` };
}

async function refuseUndeployable(template: Template): Promise<void> {
  const problems = await lintTemplate(template);
  if (problems.length > 0)
    throw new StartProblem(`AWS would refuse this stack:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
}

const parametersOf = (template: Template): ReadonlyMap<string, SsmParameter> =>
  new Map(
    template
      .resources('AWS::SSM::Parameter')
      .map(({ id, properties }) => [template.name(id), { type: text(properties['Type'], id), value: text(properties['Value'], id) }]),
  );
