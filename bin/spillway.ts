import { synthesize } from '../lib/app.ts';
import { ConfigurationError } from '../lib/configuration/configuration-problem.ts';

try {
  synthesize(process.env);
} catch (error) {
  // What is wrong with the file is for people; anything else is a bug and keeps its stack.
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
