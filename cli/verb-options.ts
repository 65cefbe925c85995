/** Options that every verb has. */
export type VerbOptions = { readonly json?: boolean; readonly local?: boolean; readonly stack?: string };

export const JSON_OPTION = ['--json', 'for machines'] as const;
export const LOCAL_OPTION = ['--local', 'the local stack that runs in this folder, instead of the deployed one'] as const;
export const STACK_OPTION = ['--stack <name>', 'the deployed stack (default: SPILLWAY_STACK, else spillway)'] as const;

/** The same options once more, for a command that is told to type next. */
export const stackFlags = ({ local, stack }: VerbOptions): string =>
  local === true ? ' --local' : stack === undefined ? '' : ` --stack ${stack}`;
