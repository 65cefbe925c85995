/** The process that died: every call of its ports fails from then on. */
export class Crash extends Error {}

/**
 * Wraps ports so that the process dies around their n-th call: before it is applied, or after, with its answer lost. Counts the calls of a
 * run that is not to crash (`at` 0). `pause` comes before every call, and is told its name: with it, invocations that run at once overtake each other.
 */
export function crashing(at: number, when: 'before' | 'after', pause: (name: string) => Promise<void> = () => Promise.resolve()) {
  let calls = 0;
  let dead = false;
  const around = async (name: string, call: () => unknown): Promise<unknown> => {
    await pause(name);
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
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        if (streams.includes(name)) return (...args: unknown[]) => streamed(name, () => member.apply(target, args));
        return (...args: unknown[]) => around(name, () => member.apply(target, args));
      },
    });
  async function* streamed(name: string, open: () => AsyncIterable<unknown>) {
    await around(name, async () => undefined);
    yield* open();
  }
  const restart = () => {
    dead = false;
  };
  return { wrap, calls: () => calls, crashed: () => dead, restart };
}
