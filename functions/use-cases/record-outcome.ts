import { type Refusal, refuse, SpillwayError } from '../core/errors.ts';
import { parseRequestId } from '../core/ledger.ts';
import type { OutcomeStore } from '../ports/outcome-store.ts';

/** Notes whether an answer was good. Whether that request ever was is not asked here: outcomes are joined with the ledger when they are used. */
export async function recordOutcome(
  { requestId, ok }: { requestId: string; ok: boolean },
  ports: { outcomes: OutcomeStore; now: () => number },
): Promise<{ kind: 'recorded' } | { kind: 'refused'; refusal: Refusal }> {
  const parts = parseRequestId(requestId);
  if (parts === undefined) {
    const refusal = refuse('request_malformed', 'requestId: must be the requestId of an answer', { path: 'requestId' });
    return { kind: 'refused', refusal };
  }
  try {
    await ports.outcomes.record({ requestId, feature: parts.feature, template: parts.template, ok, atMs: ports.now() });
    return { kind: 'recorded' };
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error;
    return { kind: 'refused', refusal: refuse('store_unavailable', error.publicMessage, {}, ports.now() + 1_000) };
  }
}
