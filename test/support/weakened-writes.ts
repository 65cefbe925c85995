import { AsyncLocalStorage } from 'node:async_hooks';
import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { dynamodb } from '../../functions/adapters/dynamodb-client.ts';

/** One change of one term in a condition. `write`: the method of the port that sends it; its second write is `<method>, write 2`. */
export type Weakening = { readonly write: string; readonly term: string; readonly change: Change };
export type Change = 'is dropped' | 'forgets that nothing was written yet' | 'is off by one';

type Rewrite = (write: string, input: UpdateItemCommandInput) => UpdateItemCommandInput;
const running = new AsyncLocalStorage<{ readonly method: string; writes: number; readonly rewrite: Rewrite }>();

dynamodb.middlewareStack.add(
  (next) => (args) => {
    const now = running.getStore();
    if (now === undefined || !('UpdateExpression' in args.input) || args.input.ConditionExpression === undefined) return next(args);
    now.writes += 1;
    return next({ ...args, input: now.rewrite(now.writes === 1 ? now.method : `${now.method}, write ${now.writes}`, args.input) });
  },
  { step: 'initialize', name: 'weakenedWrites' },
);

/** A port over DynamoDB whose conditional updates are rewritten on their way. */
function rewriting<Port extends object>(port: Port, rewrite: Rewrite): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      return (...args: unknown[]) => running.run({ method: name, writes: 0, rewrite }, (): unknown => Reflect.apply(method, target, args));
    },
  });
}

/** The port with one condition that asks for less, or for something else. */
export const weakened = <Port extends object>(port: Port, { write, term, change }: Weakening): Port =>
  rewriting(port, (name, input) => {
    if (name !== write) return input;
    const terms = termsOf(input).flatMap((own) => (inWords(own, input) === term ? (changed(own, change) ?? []) : [own]));
    const { ConditionExpression: _, ...rest } = input;
    return withoutUnused(terms.length === 0 ? rest : { ...rest, ConditionExpression: terms.join(' AND ') });
  });

/** The port as it is; `seen` is told every term of every condition that it sends. */
export const overheard = <Port extends object>(port: Port, seen: (write: string, term: string) => void): Port =>
  rewriting(port, (write, input) => {
    for (const term of termsOf(input)) seen(write, inWords(term, input));
    return input;
  });

/** The changes that make a difference to this term. */
export const changesOf = (term: string): Change[] =>
  (['is dropped', 'forgets that nothing was written yet', 'is off by one'] as const).filter((change) => changed(term, change) !== term);

const OFF_BY_ONE: Readonly<Record<string, string>> = { '<=': '<', '>=': '>', '<': '<=' };

function changed(term: string, change: Change): string | undefined {
  if (change === 'is dropped') return undefined;
  if (change === 'forgets that nothing was written yet') return term.replace(/^\(attribute_not_exists\(\S+\) OR (.*)\)$/, '$1');
  return term.replace(/ (<=|>=|<) /, (_, sign: string) => ` ${OFF_BY_ONE[sign]} `);
}

const termsOf = ({ ConditionExpression = '' }: UpdateItemCommandInput): string[] => ConditionExpression.split(' AND ');

/** A term with the kinds of its attributes in place of its placeholders: `al# >= :v`. */
function inWords(term: string, { ExpressionAttributeNames: names = {} }: UpdateItemCommandInput): string {
  const kind = (attribute = '') => (attribute === 'p#*' ? attribute : attribute.replace(/#.*/, '#'));
  return term.replaceAll(/#a\d+/g, (name) => kind(names[name])).replaceAll(/:v\d+/g, ':v');
}

/** DynamoDB refuses names and values that no expression uses. */
function withoutUnused({ ExpressionAttributeNames, ExpressionAttributeValues, ...rest }: UpdateItemCommandInput): UpdateItemCommandInput {
  const used = new Set(`${rest.UpdateExpression} ${rest.ConditionExpression}`.match(/[#:]\w+/g));
  const kept = <Value>(all: Readonly<Record<string, Value>> = {}) =>
    Object.fromEntries(Object.entries(all).filter(([placeholder]) => used.has(placeholder)));
  const values = kept(ExpressionAttributeValues);
  const some = Object.keys(values).length > 0;
  return { ...rest, ExpressionAttributeNames: kept(ExpressionAttributeNames), ...(some ? { ExpressionAttributeValues: values } : {}) };
}
