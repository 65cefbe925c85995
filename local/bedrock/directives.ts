import { z } from 'zod';
import { parseJson } from '../../functions/core/parse-json.ts';
import type { Json, Prompt } from '../../functions/core/wire/converse.ts';
import type { CacheUse } from './prompt-cache.ts';

/**
 * What a test, the demo or a replay can ask of the stand-in: `[[...]]` in a text block of the LAST message, or as a stop sequence (which
 * changes neither tokens, nor prefix, nor what a loop looks like). A real model takes them for noise.
 *
 *   [[out=350]]              the answer has exactly this many tokens (still cut at maxTokens)
 *   [[json={"a":1}]]         the answer is this text
 *   [[tool=name:{"a":1}]]    the answer calls this tool (with [[out=N]]: after a text of N tokens)
 *   [[refuse]]               the answer declines
 *   [[truncate]]             the answer is cut: stop reason max_tokens, whatever maxTokens is
 *   [[fail-on=haiku]]        a bad answer (declines; broken JSON where JSON was asked for) on models whose id contains this
 *   [[latency=250]]          milliseconds until the answer
 *   [[tier=default]]         the service tier that the answer names, whatever was asked for
 *   [[usage={"input":9}]]    usage as said, whatever the prompt is: input, read, write5m, write1h, output (those left out are 0)
 */
export type Directives = {
  readonly out?: number;
  readonly json?: string;
  readonly tool?: { readonly name: string; readonly input: Json };
  readonly refuse: boolean;
  readonly truncate: boolean;
  readonly failOn?: string;
  readonly latencyMs?: number;
  readonly tier?: string;
  readonly usage?: CacheUse & { readonly output: number };
};

const OPENING = /\[\[(out|json|tool|refuse|truncate|fail-on|latency|tier|usage)(=)?/g;

/** The text up to the `]]` that leaves JSON whole, if JSON begins at `from`; else up to the first `]]`. */
function argumentAt(text: string, from: number): string {
  const jsonFrom = text.slice(from).search(/[[{]/);
  for (let end = text.indexOf(']]', from); end >= 0; end = text.indexOf(']]', end + 1)) {
    const argument = text.slice(from, end);
    if (jsonFrom < 0 || parseJson(argument.slice(jsonFrom)) !== undefined) return argument;
  }
  return text.slice(from, Math.max(from, text.indexOf(']]', from)));
}

function toolCall(argument: string | undefined): Directives['tool'] {
  const [, name, input] = /^([\w-]+):([\s\S]*)$/.exec(argument ?? '') ?? [];
  return name === undefined ? undefined : { name, input: parseJson(input ?? '') ?? {} };
}

function found(prompt: Prompt): Map<string, string> {
  const texts = [
    ...(prompt.messages.at(-1)?.content ?? []).map((block) => block.text ?? ''),
    ...(prompt.inferenceConfig?.stopSequences ?? []),
  ];
  const directives = new Map<string, string>();
  for (const text of texts) {
    for (const match of text.matchAll(OPENING)) {
      const [opening, name = '', equals] = match;
      directives.set(name, equals === undefined ? '' : argumentAt(text, match.index + opening.length));
    }
  }
  return directives;
}

const whole = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined);

const count = z.int().nonnegative().default(0);
const said = z.object({ input: count, read: count, write5m: count, write1h: count, output: count });

const usageIn = (argument: string | undefined): Directives['usage'] => said.safeParse(parseJson(argument ?? '')).data;

export function directivesOf(prompt: Prompt): Directives {
  const directives = found(prompt);
  const [out, latencyMs] = [whole(directives.get('out')), whole(directives.get('latency'))];
  const [json, failOn, tier] = [directives.get('json'), directives.get('fail-on'), directives.get('tier')];
  const [tool, usage] = [toolCall(directives.get('tool')), usageIn(directives.get('usage'))];
  return {
    refuse: directives.has('refuse'),
    truncate: directives.has('truncate'),
    ...(out === undefined ? {} : { out }),
    ...(json === undefined ? {} : { json }),
    ...(tool === undefined ? {} : { tool }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(tier === undefined ? {} : { tier }),
    ...(usage === undefined ? {} : { usage }),
  };
}
