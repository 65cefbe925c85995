import { type Refusal, refuse } from '../core/errors.ts';
import type { GatewayKey, KeyStore } from '../ports/key-store.ts';

/** Who calls the gateway, and for which features. */
export type Caller = { readonly keyId: string; readonly features: readonly string[] | 'all' };
export type Identified = { readonly kind: 'known'; readonly caller: Caller } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A revoked key stops within this time in every environment. */
const MEMORY_MS = 2_000;
const MOST_REMEMBERED = 1_000;

type KeyPorts = { readonly keys: KeyStore; readonly sha256: (text: string) => string; readonly now: () => number };

/** Knows callers by their keys; keys seen a moment ago are not looked up again. */
export function keyCheck({ keys, sha256, now }: KeyPorts): (headers: Headers) => Promise<Identified> {
  const seen = new Map<string, { readonly key: GatewayKey | undefined; readonly untilMs: number }>();
  return async (headers) => {
    const secret = secretOf(headers);
    if (secret === undefined) return unauthorized('send a key, as `Authorization: Bearer sw_...` or `x-api-key`');
    const hash = sha256(secret);
    const known = seen.get(hash);
    const key = known !== undefined && now() < known.untilMs ? known.key : await keys.findByHash(hash);
    if (seen.size >= MOST_REMEMBERED) seen.clear();
    seen.set(hash, { key, untilMs: now() + MEMORY_MS });
    if (key === undefined) return unauthorized('this key is not known');
    if (key.revokedAtMs !== undefined) return unauthorized('this key is revoked');
    return { kind: 'known', caller: { keyId: key.id, features: key.features } };
  };
}

function secretOf(headers: Headers): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return bearer ?? headers.get('x-api-key')?.trim() ?? undefined;
}

const unauthorized = (message: string): Identified => ({ kind: 'refused', refusal: refuse('unauthorized', message) });

/** The feature that a call is for: the one it names, or the key's only one. A key does not spend for features that it is not bound to. */
export function featureFor(caller: Caller, named: string): { feature: string } | { refusal: Refusal } {
  if (caller.features === 'all') return { feature: named };
  const [only, ...others] = caller.features;
  if (named === '' && only !== undefined && others.length === 0) return { feature: only };
  if (named === '' || caller.features.includes(named)) return { feature: named };
  return { refusal: refuse('forbidden_feature', 'this key is not bound to that feature', { feature: named }) };
}
