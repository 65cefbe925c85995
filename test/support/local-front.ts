import type { AwsCall, Backend } from '../../local/backend.ts';
import { credentialsFor, OPERATOR } from '../../local/credentials.ts';
import { startEmulators } from '../../local/emulators/emulators.ts';
import { startFront } from '../../local/front.ts';
import { type Guard, guard } from '../../local/iam/guard.ts';
import type { JsonObject } from '../../local/json.ts';
import { createResources } from '../../local/resources.ts';
import { Template } from '../../local/template.ts';

/** The front with its emulators and the IAM of a template, without functions. */
export async function startLocalFront(document: JsonObject, dataDir?: string) {
  const backends = new Map<string, Backend>();
  let iam: Guard | undefined;
  const decided = () => {
    if (iam === undefined) throw new RangeError('called before the template was read');
    return iam;
  };
  const front = await startFront({ port: 0, backends, authorize: (call) => decided().authorize(call) });
  const addresses = { endpoint: () => front.url, functionUrl: () => 'http://127.0.0.1:1/' };
  const template = new Template(document, { stackName: 'small', assemblyDir: '', addresses });
  const emulators = await startEmulators({
    inboxPort: 0,
    endpoint: () => front.url,
    mayList: (call: AwsCall) => decided().mayList(call),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  for (const [service, backend] of emulators.backends) backends.set(service, backend);
  iam = guard(template);
  await createResources(template, emulators);
  const sdk = (credentials: { accessKeyId: string; secretAccessKey: string }) => ({
    endpoint: front.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials,
  });
  return {
    template,
    backends,
    guard: iam,
    url: front.url,
    inboxUrl: emulators.inboxUrl,
    operator: sdk(OPERATOR),
    as: (roleId: string) => sdk(credentialsFor(roleId, 'small-Function')),
    async stop() {
      await front.stop();
      await emulators.stop();
    },
  };
}
