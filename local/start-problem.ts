/** Why the stack cannot start, in words for the person at the keyboard: printed without a stack trace. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}

/** Runs something that binds a port; a taken one is told with what it is for and what to do. */
export async function bindingPort<Result>(purpose: string, port: number, bind: () => Promise<Result>): Promise<Result> {
  try {
    return await bind();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    throw new StartProblem(
      `Port ${port} (${purpose}) is taken: is another local stack running? Stop it, or start this one on other ports:\n` +
        '  npm start -- --port 8800     (uses 8800 to 8803; --port 0 takes any that are free)',
      { cause: error },
    );
  }
}
