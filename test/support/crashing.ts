/** The process that died: every call of its ports fails from then on. */
export class Crash extends Error {}

/**
 * Wraps ports so that the process dies around their n-th call: before it is applied, or after, with its answer lost. Counts the calls of a
 * run that is not to crash (`at` 0). `pause` comes before every call: with it, invocations that run at once overtake each other.
 */
export function crashing(at: number, when: 'before' | 'after', pause: () => Promise<void> = () => Promise.resolve()) {
  let calls = 0;
  let dead = false;
  const around = async (call: () => unknown): Promise<unknown> => {
    await pause();
    if (dead) throw new Crash('dead');
    calls += 1;
    if (calls !== at) return call();
    dead = true;
    if (when === 'after') await call();
    throw new Crash(`${when} call ${calls}`);
  };
  const wrap = <Port extends object>(port: Port, streams: readonly string[] = []): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (typeof name === 'string' && streams.includes(name)) return (...args: unknown[]) => streamed(() => member.apply(target, args));
        return (...args: unknown[]) => around(() => member.apply(target, args));
      },
    });
  async function* streamed(open: () => AsyncIterable<unknown>) {
    await around(async () => undefined);
    yield* open();
  }
  const restart = () => {
    dead = false;
  };
  return { wrap, calls: () => calls, crashed: () => dead, restart };
}
