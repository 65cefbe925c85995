import { runProgram } from '../../cli/program.ts';

/** What a command printed, and how it ended. */
export type CliRun = { readonly code: number; readonly out: string; readonly err: string };

/** Runs a `spillway` command line as if in that folder, in this process. */
export async function runCli(folder: string, args: readonly string[]): Promise<CliRun> {
  const printed = { out: '', err: '' };
  const code = await runProgram(args, {
    folder,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
  });
  return { code, ...printed };
}
