import { z } from 'zod';
import type { ContentBlock, Prompt } from '../../functions/core/wire/converse.ts';
import { prose } from './prose.ts';
import { directed, type Lane } from './trace.ts';

/** One line of a request trace. `hashIds`: equal ids at the same place are an equal prefix of 512 tokens each. */
export type TracedRequest = {
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly hashIds: readonly number[];
};

const BLOCK_TOKENS = 512;
/** What the stand-in counts for a message beside its text. */
const MESSAGE_TOKENS = 3;

const wrong = (line: number, why: string): RangeError => new RangeError(`line ${line}: ${why}`);

/** CSV with a header that names at least t_s (or t_ms), in_tok and out_tok, in any order. */
export function parseCsvTrace(text: string): TracedRequest[] {
  const [header = '', ...lines] = text.split(/\r?\n/);
  const columns = header.split(',').map((name) => name.trim());
  const at = (name: string) => columns.indexOf(name);
  const unit = at('t_s') >= 0 ? { column: at('t_s'), ms: 1_000 } : { column: at('t_ms'), ms: 1 };
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const cells = line.split(',').map(Number);
    const [time, inputTokens, outputTokens] = [cells[unit.column], cells[at('in_tok')], cells[at('out_tok')]];
    if (![time, inputTokens, outputTokens].every((value) => value !== undefined && Number.isFinite(value) && value >= 0)) {
      throw wrong(index + 2, 'expected numbers for time, in_tok and out_tok');
    }
    return [{ atMs: Number(time) * unit.ms, inputTokens: Number(inputTokens), outputTokens: Number(outputTokens), hashIds: [] }];
  });
}

const tracedLine = z.object({
  t_ms: z.number().nonnegative(),
  in_tok: z.int().nonnegative(),
  out_tok: z.int().nonnegative(),
  hash_ids: z.array(z.int().nonnegative()).default([]),
});

/** JSON lines of `{ t_ms, in_tok, out_tok, hash_ids? }`. */
export function parseJsonlTrace(text: string): TracedRequest[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = tracedLine.safeParse(JSON.parse(line));
    if (!parsed.success) throw wrong(index + 1, z.prettifyError(parsed.error).replaceAll('\n', ' '));
    const { t_ms, in_tok, out_tok, hash_ids } = parsed.data;
    return [{ atMs: t_ms, inputTokens: in_tok, outputTokens: out_tok, hashIds: hash_ids }];
  });
}

/** A prompt of exactly these tokens. Full prefix blocks become system blocks, one each, so that what the trace re-reads can be cached. */
export function promptOf(request: TracedRequest, ordinal: number): Prompt {
  const shared = request.hashIds.slice(0, -1).slice(0, Math.floor(Math.max(0, request.inputTokens - 1) / BLOCK_TOKENS));
  const system = shared.map((id): ContentBlock => ({ text: prose(BLOCK_TOKENS, id) }));
  const own = Math.max(1, request.inputTokens - shared.length * BLOCK_TOKENS - MESSAGE_TOKENS);
  const messages = [{ role: 'user' as const, content: [{ text: prose(own, 1_000_003 + ordinal) }] }];
  return system.length > 0 ? { system, messages } : { messages };
}

/** Each request is a lane of its own; those with a common second prefix block are one conversation (the first is common to nearly all). */
export function lanesOfTrace(requests: readonly TracedRequest[]): Lane[] {
  return requests.map((request, ordinal) => ({
    atMs: request.atMs,
    count: 1,
    calls: () => {
      const outputTokens = Math.max(1, request.outputTokens);
      const affinity = String(request.hashIds[1] ?? `request ${ordinal}`);
      return [{ atMs: request.atMs, prompt: directed(promptOf(request, ordinal), `[[out=${outputTokens}]]`), outputTokens, affinity }];
    },
  }));
}
