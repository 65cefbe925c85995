import { parseJson } from '../../functions/core/parse-json.ts';
import type { Json, Prompt } from '../../functions/core/wire/converse.ts';

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
 */
export type Directives = {
  readonly out?: number;
  readonly json?: string;
  readonly tool?: { readonly name: string; readonly input: Json };
  readonly refuse: boolean;
  readonly truncate: boolean;
  readonly failOn?: string;
  readonly latencyMs?: number;
};

const OPENING = /\[\[(out|json|tool|refuse|truncate|fail-on|latency)(=)?/g;

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

export function directivesOf(prompt: Prompt): Directives {
  const directives = found(prompt);
  const [out, latencyMs] = [whole(directives.get('out')), whole(directives.get('latency'))];
  const [json, failOn, tool] = [directives.get('json'), directives.get('fail-on'), toolCall(directives.get('tool'))];
  return {
    refuse: directives.has('refuse'),
    truncate: directives.has('truncate'),
    ...(out === undefined ? {} : { out }),
    ...(json === undefined ? {} : { json }),
    ...(tool === undefined ? {} : { tool }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  };
}
