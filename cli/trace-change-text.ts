import { CAUSES, type Cause, type Change } from '../functions/core/trace/change.ts';
import { meteredPico, type Totals } from '../functions/core/trace/totals.ts';
import { printTable } from './print-table.ts';

const WORDS: Readonly<Record<Cause, string>> = {
  moreCalls: 'more calls',
  longerPrompts: 'longer prompts',
  longerOutputs: 'longer outputs',
  dearerTokens: 'dearer tokens (model, mode or cache)',
  unknownUsage: 'calls whose usage nobody knows, booked whole',
};
/** Causes of less than this part of the rise are left out. */
const LEAST_PART = 0.05;

/** What changed against ordinary days: causes with their part of the rise, and the figures behind them. */
export function changeText({ after, before }: Change): string {
  if (before === undefined)
    return `What changed: it was not called before. Now: ${printTable([
      ['', ...HEAD],
      ['', ...cells(after, 1)],
    ])}`;
  const rise = CAUSES.reduce((sum, cause) => sum + Number(before.causes[cause]), 0);
  const parts = CAUSES.map((cause) => ({ cause, part: rise === 0 ? 0 : Number(before.causes[cause]) / rise }));
  const named = parts.filter(({ part }) => Math.abs(part) >= LEAST_PART).toSorted((a, b) => b.part - a.part);
  const causes = named.map(({ cause, part }) => `${WORDS[cause]} ${Math.round(part * 100)}%`);
  const usually = before.anyHour ? 'usually, at any hour' : 'usually';
  const figures = printTable([
    ['', ...HEAD],
    [usually, ...cells(before.totals, before.days)],
    ['now', ...cells(after, 1)],
  ]);
  const models = modelsMoved(before.totals, after);
  return [`What changed: ${causes.join(', ')}`, figures, ...(models === '' ? [] : [models])].join('\n');
}

const HEAD = ['calls', 'prompt/call', 'output/call', '$/M tokens', 'cached'];

function cells(totals: Totals, days: number): string[] {
  const { calls, promptTokens, outputTokens, cacheReadTokens } = totals;
  const per = (amount: number, of: number): string => (of === 0 ? '–' : round(amount / of));
  const perMillion =
    promptTokens + outputTokens === 0 ? '–' : (Number(meteredPico(totals)) / 1e6 / (promptTokens + outputTokens)).toFixed(2);
  const cached = promptTokens === 0 ? '–' : `${Math.round((100 * cacheReadTokens) / promptTokens)}%`;
  return [round(calls / days), per(promptTokens, calls), per(outputTokens, calls), perMillion, cached];
}

const round = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });

/** A model and mode is named once its part of the cost has moved by ten points. */
const MOVED_POINTS = 10;

function modelsMoved(before: Totals, after: Totals): string {
  const parts = ({ byModel }: Totals): Map<string, number> => {
    const all = Object.values(byModel).reduce((sum, pico) => sum + Number(pico), 0);
    return new Map(Object.entries(byModel).map(([model, pico]) => [model, all === 0 ? 0 : (100 * Number(pico)) / all]));
  };
  const [was, is] = [parts(before), parts(after)];
  const moved = [...new Set([...was.keys(), ...is.keys()])].flatMap((model) => {
    const [from, to] = [was.get(model) ?? 0, is.get(model) ?? 0];
    return Math.abs(to - from) < MOVED_POINTS ? [] : [`${model} ${Math.round(to)}% of the cost (usually ${Math.round(from)}%)`];
  });
  return moved.join(', ');
}
