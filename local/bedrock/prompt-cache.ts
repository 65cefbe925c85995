import { createHash } from 'node:crypto';
import type { Piece } from './tokens.ts';

const TTL_MS = { '5m': 300_000, '1h': 3_600_000 } as const;
/** A cache point also finds a prefix that ends up to this many blocks before it: how a growing conversation reads its own past. */
const LOOK_BACK_BLOCKS = 20;
const MAX_ENTRIES = 20_000;

/** Where the prompt tokens of one request go; `input` is what no cache covers. */
export type CacheUse = { readonly input: number; readonly read: number; readonly write5m: number; readonly write1h: number };

type Entry = { readonly ttl: '5m' | '1h'; readonly untilMs: number };
/** A prefix of the prompt: its identity, its tokens, and the cache point that ends it, if one does. */
type Prefix = { readonly hash: string; readonly tokens: number; readonly ttl: '5m' | '1h' | undefined };

function prefixesOf(pieces: readonly Piece[], scope: string): Prefix[] {
  const prefixes: Prefix[] = [];
  let last: Prefix = { hash: scope, tokens: 0, ttl: undefined };
  for (const piece of pieces) {
    if (piece.kind === 'cachePoint') {
      last = { ...last, ttl: piece.ttl };
      prefixes[Math.max(0, prefixes.length - 1)] = last;
    } else {
      const hash = createHash('sha256').update(last.hash).update(piece.identity).digest('base64');
      last = { hash, tokens: last.tokens + piece.tokens, ttl: undefined };
      prefixes.push(last);
    }
  }
  return prefixes;
}

/** The prompt cache of one account: exact prefixes, stored where a cache point says so, alive while they are used. */
export class PromptCache {
  readonly #entries = new Map<string, Entry>();

  /** Bills one request that has been answered: what it read stays alive for its time again, what it wrote can be read from now on. */
  use(pieces: readonly Piece[], model: { readonly id: string; readonly cacheMinTokens: number | undefined }, nowMs: number): CacheUse {
    const prefixes = prefixesOf(pieces, model.id);
    const total = prefixes.at(-1)?.tokens ?? 0;
    const min = model.cacheMinTokens ?? Number.POSITIVE_INFINITY;
    const points = prefixes.flatMap((prefix, index) => (prefix.ttl !== undefined && prefix.tokens >= min ? [{ ...prefix, index }] : []));
    const read = this.#longestLive(prefixes, points, nowMs);
    const written = { '5m': 0, '1h': 0 };
    let covered = read;
    for (const point of points) {
      const ttl = point.ttl ?? '5m';
      if (point.tokens > covered) {
        written[ttl] += point.tokens - covered;
        covered = point.tokens;
        this.#entries.set(point.hash, { ttl, untilMs: nowMs + TTL_MS[ttl] });
      } else this.#refresh(point.hash, nowMs);
    }
    this.#forgetExpired(nowMs);
    return { input: total - covered, read, write5m: written['5m'], write1h: written['1h'] };
  }

  #longestLive(prefixes: readonly Prefix[], points: readonly { readonly index: number }[], nowMs: number): number {
    for (const { index } of points.toReversed()) {
      for (let at = index; at >= Math.max(0, index - LOOK_BACK_BLOCKS); at -= 1) {
        const prefix = prefixes[at];
        if (prefix !== undefined && this.#refresh(prefix.hash, nowMs)) return prefix.tokens;
      }
    }
    return 0;
  }

  /** Starts the entry's time again. False when there is none alive. */
  #refresh(hash: string, nowMs: number): boolean {
    const entry = this.#entries.get(hash);
    if (entry === undefined || entry.untilMs <= nowMs) return false;
    this.#entries.set(hash, { ...entry, untilMs: nowMs + TTL_MS[entry.ttl] });
    return true;
  }

  #forgetExpired(nowMs: number): void {
    if (this.#entries.size <= MAX_ENTRIES) return;
    for (const [hash, entry] of this.#entries) if (entry.untilMs <= nowMs) this.#entries.delete(hash);
  }
}
