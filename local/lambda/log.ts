import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REMEMBERED_LINES = 1_000;

/** One function's log: a file, begun anew at each start, and the last lines in memory for tests and the log tail of Invoke. */
export class FunctionLog {
  readonly file: string;
  #lines: string[] = [];

  constructor(directory: string, key: string) {
    mkdirSync(directory, { recursive: true });
    this.file = join(directory, `${key}.log`);
    writeFileSync(this.file, '');
  }

  write(text: string): void {
    const whole = text.endsWith('\n') ? text : `${text}\n`;
    this.#lines = [...this.#lines, ...whole.slice(0, -1).split('\n')].slice(-REMEMBERED_LINES);
    appendFileSync(this.file, whole);
  }

  /** The last lines, oldest first. */
  lines(): readonly string[] {
    return this.#lines;
  }
}
