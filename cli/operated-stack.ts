import type { Settings } from '../functions/core/settings.ts';
import { deployedStack } from './deployed-stack.ts';
import { localStack } from './local-stack.ts';
import type { VerbOptions } from './verb-options.ts';

/** A stack to operate on: the deployed one, or the one that runs in this folder. */
export type OperatedStack = {
  readonly tables: { readonly ledger: string; readonly control: string };
  readonly bucket: string;
  readonly settings: () => Promise<Settings>;
  /** The stack's own time: a local one may have been moved ahead. */
  readonly now: () => Promise<number>;
  /** Who operates: the AWS principal of the shell's credentials, or on a local stack the user of this machine. */
  readonly operator: () => Promise<string>;
};

/** The stack that the options name. From here on every AWS client of this process talks to it. OperatorError when there is none. */
export async function operatedStack(options: VerbOptions, folder: string): Promise<OperatedStack> {
  return options.local === true ? localStack(folder) : deployedStack(options.stack ?? process.env['SPILLWAY_STACK'] ?? 'spillway');
}
