import type { ExplainedEntry } from '../functions/core/explain/explanation.ts';
import type { PriceSince } from '../functions/core/explain/price-since.ts';
import { picoToUsd, sumPico } from '../functions/core/money.ts';
import type { Explained, InFlight } from '../functions/use-cases/explain-request.ts';

/** The explanation for machines. Money as exact decimal strings, unit prices in USD per million tokens, instants in UTC. */
export function explainJson(requestId: string, { explanation, inFlight }: Extract<Explained, { kind: 'found' }>): object {
  const { entries, costPico, agrees } = explanation;
  return {
    requestId,
    costUsd: picoToUsd(costPico),
    holdUsd: picoToUsd(
      sumPico([
        ...entries.map(({ entry }) => entry.holdPico),
        ...inFlight.filter(({ booked }) => !booked).map(({ hold }) => hold.amountPico),
      ]),
    ),
    agrees,
    entries: entries.map(entryJson),
    inFlight: inFlight.map(holdJson),
  };
}

function entryJson({ entry, why, recomputed, price }: ExplainedEntry) {
  const { costPico, holdPico, unitPrices: _, admittedAtMs, ...facts } = entry;
  return {
    ...facts,
    admittedAt: new Date(admittedAtMs).toISOString(),
    why,
    costUsd: picoToUsd(costPico),
    holdUsd: picoToUsd(holdPico),
    recomputed: {
      basis: recomputed.basis,
      meters: recomputed.lines.map(({ meter, tokens, unitPricePico, costPico: pico }) => ({
        ...{ meter, tokens, usdPerMillionTokens: perMillion(unitPricePico), costUsd: picoToUsd(pico) },
      })),
      costUsd: recomputed.costPico === undefined ? null : picoToUsd(recomputed.costPico),
      agrees: recomputed.agrees,
    },
    price: priceJson(price),
  };
}

function priceJson(price: PriceSince) {
  if (price.kind === 'model_gone' || price.kind === 'no_row') return { status: price.kind };
  const { row } = price;
  const from = { mode: row.mode, from: row.from, asOf: row.asOf ?? null, source: row.source };
  if (price.kind === 'same') return { status: 'same', ...from, longPrompt: price.longPrompt };
  const changes = price.meters.map(({ meter, thenPico, nowPico }) => ({
    ...{ meter, thenUsdPerMillionTokens: perMillion(thenPico), nowUsdPerMillionTokens: perMillion(nowPico) },
  }));
  return { status: 'changed', ...from, changes };
}

const holdJson = ({ leaf, attempt, hold, booked }: InFlight) => ({
  ...{ attempt, booked, gate: leaf, model: hold.model, holdUsd: picoToUsd(hold.amountPico), claimed: hold.claimed },
  ...{ admittedAt: new Date(hold.admittedAtMs).toISOString(), deadline: new Date(hold.deadlineMs).toISOString() },
});

/** N pico-dollars a token, in USD a million tokens. */
const perMillion = (unitPricePico: bigint): string => picoToUsd(unitPricePico * 1_000_000n);
