/** Where in the configuration: keys and list positions from the top. */
export type ConfigurationPath = readonly (string | number)[];

/** What a check finds; the reader of the file adds value and position. */
export type Finding = {
  readonly path: ConfigurationPath;
  readonly message: string;
  /** What would be right, in a few words. */
  readonly allowed?: string;
  /** A warning does not stop a synth. Default: error. */
  readonly severity?: 'error' | 'warning';
};

/** One thing wrong with the configuration, ready to print. */
export type ConfigurationProblem = {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly value?: string;
  readonly message: string;
  readonly allowed?: string;
};

/** The configuration cannot be used. `problems` has all that is wrong with it, warnings included; the message is for people. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(`the configuration has ${countOf(problems)}\n${problems.map(renderProblem).join('\n')}`);
    this.problems = problems;
  }
}

/** `file:line:column  severity  path: message`, then what was found and what is allowed. */
export function renderProblem(problem: ConfigurationProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const detail = [
    problem.value === undefined ? [] : `found: ${problem.value}`,
    problem.allowed === undefined ? [] : `allowed: ${problem.allowed}`,
  ];
  return [`${place}  ${problem.severity}  ${path}${problem.message}`, ...detail.flat().map((line) => `    ${line}`)].join('\n');
}

function countOf(problems: readonly ConfigurationProblem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return errors === 1 ? '1 error' : `${errors} errors`;
}
