import type { PicoUsd } from '../money.ts';
import { type Rollup, unmeteredPico } from '../rollup.ts';
import { promptTokens } from '../usage.ts';

/** What some hours add up to, as far as it explains their cost. */
export type Totals = {
  readonly calls: number;
  readonly promptTokens: number;
  /** Of the prompt tokens, those read from the provider's cache. */
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly promptPico: PicoUsd;
  readonly outputPico: PicoUsd;
  /** Money without tokens: whole holds of calls whose usage nobody knows. */
  readonly unmeteredPico: PicoUsd;
  /** By `<model> <mode>`. */
  readonly byModel: Readonly<Record<string, PicoUsd>>;
};

export const NO_TOTALS: Totals = {
  calls: 0,
  promptTokens: 0,
  cacheReadTokens: 0,
  outputTokens: 0,
  promptPico: 0n,
  outputPico: 0n,
  unmeteredPico: 0n,
  byModel: {},
};

export const meteredPico = ({ promptPico, outputPico }: Totals): PicoUsd => promptPico + outputPico;
export const costPico = (totals: Totals): PicoUsd => meteredPico(totals) + totals.unmeteredPico;

export function addTotals(a: Totals, b: Totals): Totals {
  const models = [...new Set([...Object.keys(a.byModel), ...Object.keys(b.byModel)])];
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    promptPico: a.promptPico + b.promptPico,
    outputPico: a.outputPico + b.outputPico,
    unmeteredPico: a.unmeteredPico + b.unmeteredPico,
    byModel: Object.fromEntries(models.map((model) => [model, (a.byModel[model] ?? 0n) + (b.byModel[model] ?? 0n)])),
  };
}

export const totalsOf = (rollups: Iterable<Rollup>): Totals => Iterator.from(rollups).map(totalsOfOne).reduce(addTotals, NO_TOTALS);

function totalsOfOne(rollup: Rollup): Totals {
  const { calls, usage, charges, model, mode } = rollup;
  const charged = { prompt: 0n, output: 0n };
  for (const { meter, tokens, unitPricePico } of charges)
    charged[meter === 'output' ? 'output' : 'prompt'] += BigInt(tokens) * unitPricePico;
  return {
    calls,
    promptTokens: promptTokens(usage),
    cacheReadTokens: usage.cacheRead,
    outputTokens: usage.output,
    promptPico: charged.prompt,
    outputPico: charged.output,
    unmeteredPico: unmeteredPico(rollup),
    byModel: { [`${model} ${mode}`]: rollup.costPico },
  };
}
