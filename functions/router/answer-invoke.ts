import { type Refusal, refuse } from '../core/errors.ts';
import type { WireRefusal } from '../core/wire/refusal.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { OutcomeStore } from '../ports/outcome-store.ts';
import { MOST_PAYLOAD_BYTES, refusedAnswer, tooLarge } from '../runtime/invoke.ts';
import { type Parsed, parseOutcome, parseRouteRequest, tooDeep } from '../schemas/route.ts';
import { recordOutcome } from '../use-cases/record-outcome.ts';
import type { RoutePorts } from '../use-cases/route-ports.ts';
import { routeRequest } from '../use-cases/route-request.ts';

export type RouterPorts = RoutePorts & { readonly outcomes: OutcomeStore };
export type RouterAnswer = RouteAnswer | { readonly recorded: true } | { readonly refused: WireRefusal };

/** Answers one Invoke: a request, or `{ outcome }`. Called through a feature's alias, the feature is proven and any other is forbidden. */
export async function answerInvoke(event: unknown, alias: string | undefined, ports: RouterPorts): Promise<RouterAnswer> {
  const deep = tooDeep(event);
  if (deep !== undefined) return refusedAnswer(deep.refusal);
  const large = tooLarge(Buffer.byteLength(JSON.stringify(event) ?? ''));
  if (large !== undefined) return refusedAnswer(large);
  const outcome = outcomeOf(event);
  if (outcome !== undefined) return answerOutcome(parseOutcome(outcome), alias, ports);
  const parsed = parseRouteRequest(event);
  if (parsed.kind === 'refused') return refusedAnswer(parsed.refusal);
  if (alias !== undefined && parsed.value.feature !== alias) return refusedAnswer(foreign(alias));
  const routed = await routeRequest(parsed.value, ports);
  return routed.kind === 'answered' ? fitting(routed.answer) : refusedAnswer(routed.refusal);
}

async function answerOutcome(
  parsed: Parsed<{ requestId: string; ok: boolean }>,
  alias: string | undefined,
  ports: RouterPorts,
): Promise<RouterAnswer> {
  if (parsed.kind === 'refused') return refusedAnswer(parsed.refusal);
  if (alias !== undefined && !parsed.value.requestId.startsWith(`${alias}.`)) return refusedAnswer(foreign(alias));
  const recorded = await recordOutcome(parsed.value, ports);
  return recorded.kind === 'recorded' ? { recorded: true } : refusedAnswer(recorded.refusal);
}

function outcomeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'outcome' in event && Object.keys(event).length === 1 ? event.outcome : undefined;
}

const foreign = (alias: string): Refusal =>
  refuse('forbidden_feature', `this caller may only spend as feature ${alias}`, { allowedFeature: alias });

/** An answer that Lambda would refuse to carry is paid for all the same: its receipt goes out alone. */
function fitting(answer: RouteAnswer): RouteAnswer {
  if (Buffer.byteLength(JSON.stringify(answer)) <= MOST_PAYLOAD_BYTES) return answer;
  const { output: _, ...receipt } = answer;
  return { ...receipt, receipt: { ...answer.receipt, warnings: [...answer.receipt.warnings, 'answer_too_large'] } };
}
