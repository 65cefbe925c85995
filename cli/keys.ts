import { randomBytes } from 'node:crypto';
import { dynamodbKeys } from '../functions/adapters/dynamodb-keys.ts';
import { sha256 } from '../functions/adapters/sha256.ts';
import type { OperatedStack } from './operated-stack.ts';
import { printTable } from './print-table.ts';
import { OperatorError } from './terminal.ts';

const SECRET_BYTES = 24;

type Output = { readonly json?: boolean };

/** Makes a gateway key. The key itself is shown once and stored nowhere. */
export async function createKey(stack: OperatedStack, options: Output & { features: readonly string[] | 'all' }): Promise<string> {
  const { features: known } = await stack.settings();
  const unknown = options.features === 'all' ? [] : options.features.filter((feature) => known[feature] === undefined);
  if (unknown.length > 0) throw new OperatorError(`unknown feature ${unknown.join(', ')}: there are ${Object.keys(known).join(', ')}`);
  const secret = `sw_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const id = randomBytes(6).toString('hex');
  const createdAtMs = await stack.now();
  const hash = sha256(secret);
  await dynamodbKeys({ CONTROL_TABLE: stack.tables.control }).create({ id, hash, features: options.features, createdAtMs });
  if (options.json === true) return JSON.stringify({ id, key: secret, features: options.features });
  return `${secret}\n\nKey ${id} for ${options.features === 'all' ? 'every feature' : options.features.join(', ')}. It is shown this once only.`;
}

/** All keys, without their secrets. */
export async function listKeys(stack: OperatedStack, options: Output): Promise<string> {
  const keys = (await dynamodbKeys({ CONTROL_TABLE: stack.tables.control }).list()).toSorted((a, b) => a.createdAtMs - b.createdAtMs);
  const day = (atMs: number | undefined): string | undefined => (atMs === undefined ? undefined : new Date(atMs).toISOString());
  const shown = keys.map(({ id, features, createdAtMs, revokedAtMs }) => ({
    id,
    features,
    createdAt: day(createdAtMs),
    revokedAt: day(revokedAtMs) ?? null,
  }));
  if (options.json === true) return JSON.stringify({ keys: shown });
  const rows = shown.map(({ id, features, createdAt, revokedAt }) => [
    id,
    features === 'all' ? 'all' : features.join(', '),
    createdAt ?? '',
    revokedAt ?? 'valid',
  ]);
  return printTable([['key', 'features', 'created', 'revoked'], ...rows]);
}

/** Ends a key at once. */
export async function revokeKey(stack: OperatedStack, id: string, options: Output): Promise<string> {
  const outcome = await dynamodbKeys({ CONTROL_TABLE: stack.tables.control }).revoke(id, await stack.now());
  if (outcome === 'refused') throw new OperatorError(`no valid key ${id}: see \`spillway keys list\``);
  return options.json === true ? JSON.stringify({ id, revoked: true }) : `Key ${id} is revoked.`;
}
