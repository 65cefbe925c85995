import { synthesize } from '../lib/app.ts';
import { ConfigurationError } from '../lib/configuration/configuration-problem.ts';

/** What CDK names the error of a stack's own validation: ours say what to change in the configuration. */
const STACK_REFUSED = 'ValidationFailedWithErrors';
/** Errors whose message is for people; anything else is a bug and keeps its stack. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof ConfigurationError || (error instanceof Error && error.name === STACK_REFUSED);

try {
  synthesize(process.env);
} catch (error) {
  if (!isForPeople(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
