import type { Command } from 'commander';
import { type ActOptions, acting, onStack, REASON_OPTION, SCOPE_ARGUMENT } from './acting-verb.ts';
import type { Terminal } from './terminal.ts';

/** `pause`, `resume`, `reset`: what a scope's calls are stopped by, without a deploy. */
export function addPauseVerbs(program: Command, terminal: Terminal): void {
  acting(program.command('pause').description('refuse every call of a scope'))
    .argument(...SCOPE_ARGUMENT)
    .option('--until <time>', '2h, 3d, 18:30, or an ISO time (default: until it is resumed)')
    .option(...REASON_OPTION)
    .action((scope: string, options: ActOptions & { until?: string }) =>
      onStack(options, terminal, async (stack) => (await import('./pause.ts')).pause(stack, scope, options)),
    );
  acting(program.command('resume').description('end the pauses of a scope'))
    .argument(...SCOPE_ARGUMENT)
    .option(...REASON_OPTION)
    .action((scope: string, options: ActOptions) =>
      onStack(options, terminal, async (stack) => (await import('./pause.ts')).resume(stack, scope, options)),
    );
  acting(program.command('reset').description('close a tripped breaker'))
    .argument('<scope>', 'feature:N, template:F/N or run:ID')
    .option(...REASON_OPTION)
    .action((scope: string, options: ActOptions) =>
      onStack(options, terminal, async (stack) => (await import('./pause.ts')).reset(stack, scope, options)),
    );
}
