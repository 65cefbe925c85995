import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../functions/core/parse-json.ts';
import { isAlive } from './is-alive.ts';

const ownerSchema = z.looseObject({ pid: z.number().int().positive(), gatewayUrl: z.string() });

export type LocalFile = {
  /** Set when another living stack's file was replaced: a sentence for the person at the keyboard. */
  readonly notice?: string;
  /** Writes other values of some fields. */
  update(fields: object): void;
  /** Takes the file away, and puts back that of the stack it replaced, if that one is still alive. */
  remove(): void;
};

/** Writes `.spillway/local.json`: where everything is, for clients, tools and tests. It exists while the stack is up. */
export function writeLocalFile(stateDir: string, content: object): LocalFile {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'local.json');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const other = before === undefined ? undefined : livingOwner(before);
  const update = (fields: object) =>
    writeFileSync(file, `${JSON.stringify({ pid: process.pid, ...content, ...fields }, null, 2)}\n`, { mode: 0o600 });
  update({});
  const remove = () => {
    if (ownerOf(readOr(file))?.pid !== process.pid) return;
    if (before !== undefined && livingOwner(before) !== undefined) writeFileSync(file, before, { mode: 0o600 });
    else rmSync(file, { force: true });
  };
  if (other === undefined) return { update, remove };
  const notice =
    `Another local stack (process ${other.pid}, ${other.gatewayUrl}) is running. ` +
    `${file} now names this one; when this one stops, it names that one again.`;
  return { notice, update, remove };
}

function livingOwner(content: string): z.infer<typeof ownerSchema> | undefined {
  const owner = ownerOf(content);
  return owner !== undefined && owner.pid !== process.pid && isAlive(owner.pid) ? owner : undefined;
}

function ownerOf(content: string): z.infer<typeof ownerSchema> | undefined {
  return ownerSchema.safeParse(parseJson(content)).data;
}

const readOr = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
