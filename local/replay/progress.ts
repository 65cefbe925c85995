import { displayUsd } from '../../functions/core/money.ts';
import type { Tally } from './tally.ts';

/** Where a replay is told: a terminal, a pipe, or a test. */
export type Out = { readonly isTTY?: boolean; write(text: string): unknown };
export type Progress = { update(tally: Tally): void; end(): void };

const WIDTH = 24;
const EVERY_MS = 100;

const textOf = (tally: Tally, total: number): string => {
  const refusals = tally.refused > 0 ? ` · ${tally.refused} refused` : '';
  const errors = tally.errors > 0 ? ` · ${tally.errors} errors` : '';
  return `${tally.calls}/${total} calls${refusals}${errors} · ${displayUsd(tally.costPico, 4)}`;
};

/** A bar that rewrites itself on a terminal; elsewhere a plain line every tenth of the way. */
export function progressBar(total: number, out: Out, now: () => number = Date.now): Progress {
  let [shownAtMs, tenths] = [0, 0];
  return {
    update(tally) {
      if (out.isTTY) {
        if (tally.calls < total && now() - shownAtMs < EVERY_MS) return;
        shownAtMs = now();
        const filled = Math.round((WIDTH * tally.calls) / Math.max(1, total));
        out.write(`\r\u001b[2K  ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${textOf(tally, total)}`);
      } else if (Math.floor((10 * tally.calls) / Math.max(1, total)) > tenths) {
        tenths = Math.floor((10 * tally.calls) / Math.max(1, total));
        out.write(`  ${tenths * 10}% · ${textOf(tally, total)}\n`);
      }
    },
    end() {
      if (out.isTTY) out.write('\n');
    },
  };
}
