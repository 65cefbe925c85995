import {
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  type GetParametersByPathCommandOutput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { SpillwayError } from '../core/errors.ts';
import type { Settings } from '../core/settings.ts';
import { parseSettings } from '../schemas/settings.ts';
import { ANSWERS_WITHIN } from './answer-times.ts';

const ssm = new SSMClient({ maxAttempts: 4, requestHandler: ANSWERS_WITHIN });
const loaded = new Map<string, Promise<Settings>>();

/**
 * The settings under an SSM path: parts `000`, `001`, ... in name order are the configuration; each `profiles-*` part is a JSON object of
 * inference-profile ARNs. Read once an environment. RangeError when they are absent or incomplete, `store_unavailable` when SSM does not
 * answer; a failed read is not remembered.
 */
export function loadSettings(path: string): Promise<Settings> {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const loading = read(path);
  loaded.set(path, loading);
  loading.catch(() => loaded.delete(path));
  return loading;
}

async function read(path: string): Promise<Settings> {
  const folder = path.replace(/\/+$/, '');
  const parts = (await readParts(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const configuration = parts.filter((part) => /^\d+$/.test(part.name));
  if (configuration.length === 0)
    throw new RangeError(`no settings under the SSM path ${folder}: was the stack deployed with another name?`);
  const profiles = parts.filter((part) => part.name.startsWith('profiles-')).flatMap((part) => parseProfiles(folder, part));
  return parseSettings(configuration.map((part) => part.value).join(''), Object.fromEntries(profiles));
}

type Part = { readonly name: string; readonly value: string };

/** All parts directly under the path. SSM answers at most ten at a time, and may answer none with more to come. */
async function readParts(folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  let token: string | undefined;
  do {
    const page = await readPage({ Path: folder, MaxResults: 10, ...(token === undefined ? {} : { NextToken: token }) });
    for (const { Name, Value } of page.Parameters ?? []) parts.push({ name: (Name ?? '').slice(folder.length + 1), value: Value ?? '' });
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return parts;
}

async function readPage(input: GetParametersByPathCommandInput): Promise<GetParametersByPathCommandOutput> {
  try {
    return await ssm.send(new GetParametersByPathCommand(input));
  } catch (cause) {
    const message = 'the settings could not be read; nothing was spent, try again';
    throw new SpillwayError('store_unavailable', message, { retryable: true, cause });
  }
}

const profilesSchema = z.record(z.string(), z.string());

function parseProfiles(folder: string, part: Part): [string, string][] {
  const parsed = profilesSchema.safeParse(JSON.parse(part.value));
  if (!parsed.success) throw new RangeError(`the SSM parameter ${folder}/${part.name} is no JSON object of inference-profile ARNs`);
  return Object.entries(parsed.data);
}
