import type { Evidence } from '../core/errors.ts';

/** Writes one JSON line: names, counts and codes. Never prompt text; of a cause only its kind and message. */
export type Log = (event: string, facts: Evidence, cause?: unknown) => void;

/** Lines of one function, errors as such. Lambda puts them into its log group as they are. */
export const logger =
  (name: string): Log =>
  (event, facts, cause) => {
    const line = {
      level: cause === undefined ? 'INFO' : 'WARN',
      function: name,
      event,
      ...facts,
      ...(cause === undefined ? {} : causes(cause)),
    };
    console.log(JSON.stringify(line));
  };

const MOST_CAUSES = 4;

/** The chain of causes, shortened. A parser quotes what it read, which may be a prompt: of it, the name alone. */
function causes(cause: unknown): { causes: { name: string; message: string }[] } {
  const chain: { name: string; message: string }[] = [];
  for (let next = cause; next instanceof Error && chain.length < MOST_CAUSES; next = next.cause) {
    chain.push({ name: next.name, message: next instanceof SyntaxError ? '' : next.message.slice(0, 200) });
  }
  return { causes: chain };
}
