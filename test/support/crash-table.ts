import { type Step, twin } from './crash-steps.ts';
import { CrashWorld, type Fate, isWrite, LIVES, type MoneyStores } from './crash-world.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { says } from './route-world.ts';

/** `heard`: the calls of the one who acts to stores and models. `outcome`: what it was answered, if it lived. */
export type Life = { readonly heard: readonly string[]; readonly broken: readonly string[]; readonly outcome: unknown };

/** One life of a step: what was before, the act and its end, what others do meanwhile; then the books. */
export async function lived(step: Step, fate: Fate, money: MoneyStores, { watched }: { readonly watched: boolean }): Promise<Life> {
  const world = new CrashWorld(step.settings, money, { model: step.model ?? (() => says('42')), watched });
  await step.before?.(world);
  const heard: string[] = [];
  const acting = world.environment(fate, (name) => heard.push(name));
  const outcome = await step.act(acting, world).catch(() => undefined);
  const { meanwhile = twin } = step;
  const wrong = await meanwhile(world.environment(), world);
  return { heard, outcome, broken: [...(wrong === undefined ? [] : [wrong]), ...(await world.brokenRules(fate.sent))] };
}

export const livedInMemory = (step: Step, fate: Fate, rule: Step['rule'] = {}): Promise<Life> =>
  lived(step, fate, { gates: memoryGates(rule.gates), ledger: memoryLedger(rule.ledger) }, { watched: true });

export type Row = { readonly step: Step; readonly name: string; readonly write: string; readonly fate: Fate };

/** Each write of a step, as it goes when nobody dies, with both ways to die around it. */
export async function rowsOf(step: Step, sent: Fate['sent']): Promise<Row[]> {
  const { heard } = await livedInMemory(step, { ...LIVES, sent });
  const asked = heard.includes('converse') ? heard.indexOf('converse') : heard.length;
  const isPart = (at: number) => step.part === undefined || (step.part === 'after the model') === at > asked;
  return heard.flatMap((write, at) => {
    if (!isWrite(write) || !isPart(at)) return [];
    const nth = heard.slice(0, at + 1).filter((name) => name === write).length;
    return (['before', 'after'] as const).map((when) => ({
      ...{ step, name: step.step, write: `${write} ${nth}` },
      fate: { at: at + 1, when, sent },
    }));
  });
}
