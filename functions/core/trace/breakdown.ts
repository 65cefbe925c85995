import type { LedgerEntry } from '../ledger.ts';
import { Tallies } from './tallies.ts';

/** The run of calls that named none: no run can be called so. */
export const NO_RUN = '';

/** What the entries of the bad hours have in common, one entry at a time. */
export class Breakdown {
  readonly runs = new Tallies();
  /** By fingerprint: equal requests are equal in it. */
  readonly requests = new Tallies();
  readonly versions = new Tallies();
  /** By `<model> <mode> <arm>`. */
  readonly models = new Tallies();
  readonly reasons = new Tallies();
  readonly stops = new Tallies();
  /** By the refusal that enforce mode would have given. */
  readonly wouldRefuse = new Tallies();
  /** By kind: settled, assumed, correction. */
  readonly kinds = new Tallies();
  #dearest: LedgerEntry | undefined;
  #entries = 0;

  add(entry: LedgerEntry): void {
    this.#entries += 1;
    this.kinds.add(entry.kind, entry);
    this.runs.add(entry.run ?? NO_RUN, entry);
    this.versions.add(entry.templateVersion, entry);
    this.models.add(`${entry.model} ${entry.mode} ${entry.arm}`, entry);
    this.reasons.add(entry.reason, entry);
    if (entry.kind === 'correction') return;
    this.stops.add(entry.stopReason, entry);
    if (entry.fingerprint !== '') this.requests.add(entry.fingerprint, entry);
    if (entry.wouldRefuse !== undefined) this.wouldRefuse.add(entry.wouldRefuse, entry);
    if (this.#dearest === undefined || entry.costPico > this.#dearest.costPico) this.#dearest = entry;
  }

  get entries(): number {
    return this.#entries;
  }

  get dearest(): LedgerEntry | undefined {
    return this.#dearest;
  }
}
