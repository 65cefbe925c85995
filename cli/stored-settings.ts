import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { loadSettings } from '../functions/adapters/ssm-settings.ts';
import type { Settings } from '../functions/core/settings.ts';

/** The settings of the one stack behind the endpoint, if it has any. Their path ends in a fingerprint of their content, so it is looked for. */
export async function storedSettings(): Promise<Settings | undefined> {
  const client = new SSMClient({});
  const folders = new Set<string>();
  for await (const page of paginateGetParametersByPath({ client }, { Path: '/spillway', Recursive: true })) {
    for (const { Name = '' } of page.Parameters ?? []) folders.add(Name.slice(0, Name.lastIndexOf('/')));
  }
  const [folder] = folders;
  return folder === undefined ? undefined : loadSettings(folder);
}
