import { Command, InvalidArgumentError } from 'commander';
import { replay } from '../local/replay/replay.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
};
const whole = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number above 0');
};
const speed = (text: string): number | undefined => (Number(text) === 0 ? undefined : positive(text));

new Command('replay')
  .description('Drives the running local stack (npm start) with a recorded trace, and checks the ledger against the receipts.')
  .argument(
    '<file>',
    'request trace (CSV t_s,in_tok,out_tok; JSON lines t_ms,in_tok,out_tok,hash_ids) or conversations (JSON lines run_id,messages); .gz too; or the receipts that an interrupted replay kept',
  )
  .option('--speed <n>', "times the trace's own speed; 0 or absent: as fast as possible", speed)
  .option('--requests <n>', 'at most this many requests', whole)
  .option('--conversations <n>', 'at most this many conversations, whole', whole)
  .option('--concurrency <n>', 'calls at once', whole, 8)
  .option('--feature <name>', 'only to this feature')
  .option('--template <name>', 'only to this template')
  .option('--gateway', 'through POST /v1/route instead of Lambda Invoke')
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(async (file: string, options) => {
    process.exitCode = await replay(file, options, { folder: process.cwd(), out: process.stdout });
  })
  .parse();
