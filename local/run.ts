import { ConfigurationError } from '../lib/configuration/configuration-problem.ts';
import { type LocalStack, startStack } from './stack.ts';
import { StartProblem } from './start-problem.ts';

export type RunOptions = {
  /** Base port; 0 = any free. */
  readonly port: number;
  readonly configFile: string;
  readonly dataDir?: string;
  readonly modelBackend?: 'bedrock';
  /** The stack only: no past, no demo. */
  readonly empty: boolean;
  /** Ends when the demo has, instead of staying up. */
  readonly exit: boolean;
};

/** `npm start`: brings the stack up, shows the demo, stays up until Ctrl-C. Resolves with the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const stopped = stopSignal();
  const startedAt = performance.now();
  const starting = startStack({ ...options, onTime: true, quiet: false }).catch(explain);
  const stack = await Promise.race([starting, stopped]);
  // Threads and ports go with the process: a stack that is half up needs nothing else.
  if (typeof stack === 'number') return stack;
  announce(stack, performance.now() - startedAt);
  const ended = await Promise.race([show(stack, options).catch(explain), stopped]);
  if (ended === 0 && !options.exit) process.stdout.write('\nPress Ctrl-C to stop.\n');
  const code = ended === 0 && !options.exit ? await stopped : ended;
  await stack.stop();
  return code;
}

/** One Ctrl-C may arrive more than once: from the terminal and passed on by npm. */
const SAME_SIGNAL_MS = 500;

/** Resolves with the exit code of a stop that was asked for: 130 for Ctrl-C, as shells have it. A second Ctrl-C does not wait. */
function stopSignal(): Promise<number> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const on = (signal: NodeJS.Signals, code: number) => {
      process.on(signal, () => {
        if (askedAt !== undefined && performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(code);
        askedAt ??= performance.now();
        resolve(code);
      });
    };
    on('SIGINT', 130);
    on('SIGTERM', 143);
    on('SIGHUP', 129);
  });
}

/** What the person can mend is said in words; anything else is ours, with its trace. */
function explain(error: unknown): number {
  const known = error instanceof StartProblem || error instanceof ConfigurationError;
  const words = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${words}\n`);
  return 1;
}

/** The demonstration; it leaves the address of the report's page. Resolves with the exit code. */
async function show(stack: LocalStack, { empty }: RunOptions): Promise<number> {
  if (empty) return 0;
  // Loaded late: the stack alone starts without it.
  const { runDemo } = await import('./demo/run-demo.ts');
  const reportUrl = await runDemo(stack);
  stack.publishReport(reportUrl);
  const pages = [
    ['gateway', stack.gatewayUrl],
    ['inbox', stack.inboxUrl],
    ['report', reportUrl],
  ];
  process.stdout.write(`\nOpen:\n${pages.map(([name, url]) => `  ${name?.padEnd(8)} ${url}\n`).join('')}`);
  return 0;
}

function announce(stack: LocalStack, tookMs: number): void {
  const lines = [
    `Spillway is up (${(tookMs / 1000).toFixed(1)} s).`,
    `  gateway   ${stack.gatewayUrl}     key ${stack.apiKey}`,
    `  inbox     ${stack.inboxUrl}`,
    `  AWS       ${stack.endpoint}     (AWS_ENDPOINT_URL, region us-east-1, any credentials)`,
    `  names     .spillway/local.json, logs in .spillway/log/`,
    ...(stack.notice === undefined ? [] : ['', stack.notice]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
