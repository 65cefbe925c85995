/** Where a command runs and what it prints to. */
export type Terminal = {
  /** The project's folder. */
  readonly folder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

/** What was typed cannot be meant: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The operator cannot have it as asked, and a sentence says why: exit code 1. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
