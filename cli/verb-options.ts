/** Options that every verb has. */
export type VerbOptions = { readonly json?: boolean; readonly local?: boolean };

export const JSON_OPTION = ['--json', 'for machines'] as const;
export const LOCAL_OPTION = ['--local', 'the local stack that runs in this folder'] as const;
