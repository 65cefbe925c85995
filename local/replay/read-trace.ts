import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { lanesOfConversations, parseConversations } from './conversation.ts';
import { lanesOfTrace, parseCsvTrace, parseJsonlTrace } from './request-trace.ts';
import type { Lane } from './trace.ts';

export type TraceFile = { readonly kind: 'request trace' | 'conversations'; readonly lanes: readonly Lane[] };

const KNOWN =
  'a CSV with the columns t_s,in_tok,out_tok, JSON lines with t_ms,in_tok,out_tok, or JSON lines with run_id,messages (plain or .gz)';

function contentOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new RangeError(`cannot read ${file}: is the path right?`, { cause });
  }
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
}

function keysOf(line: string): readonly string[] {
  if (!line.startsWith('{')) return line.split(',').map((name) => name.trim());
  try {
    return Object.keys(JSON.parse(line));
  } catch {
    return [];
  }
}

/** The replay's lanes from a file, by what its first line says. RangeError that names the known kinds, or the first wrong line. */
export function readTrace(file: string, replayId: string): TraceFile {
  const text = contentOf(file);
  const [first = ''] = text.split(/\r?\n/, 1);
  const keys = keysOf(first);
  const has = (...names: string[]) => names.every((name) => keys.includes(name));
  try {
    if (has('run_id', 'messages')) return { kind: 'conversations', lanes: lanesOfConversations(parseConversations(text), replayId) };
    if (has('in_tok', 'out_tok') && first.startsWith('{')) return { kind: 'request trace', lanes: lanesOfTrace(parseJsonlTrace(text)) };
    if (has('in_tok', 'out_tok') && (has('t_s') || has('t_ms'))) return { kind: 'request trace', lanes: lanesOfTrace(parseCsvTrace(text)) };
  } catch (cause) {
    throw new RangeError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  throw new RangeError(`${file} is not recognised: expected ${KNOWN}`);
}
