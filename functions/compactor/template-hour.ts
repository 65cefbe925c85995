import type { LedgerEntry } from '../core/ledger.ts';
import { RollupFold } from '../core/rollup.ts';
import { observe, type PrefixHistory } from '../core/template-version.ts';
import type { CompactorPorts } from './run.ts';

type Stores = Pick<CompactorPorts, 'ledger' | 'profiles'>;

/** Prefixes kept until they are folded: enough that templates with few calls read their profile with the others, at the end. */
const MOST_WAITING = 256;

/** What one template's entries of one hour come to, folded as they go by in the order of their calls. */
export class TemplateHour {
  readonly #first: LedgerEntry;
  readonly #stores: Stores;
  readonly #rollups = new RollupFold();
  #waiting: (readonly string[])[] = [];
  #profile: { history: PrefixHistory | undefined; isOld: boolean } | undefined;

  constructor(first: LedgerEntry, stores: Stores) {
    this.#first = first;
    this.#stores = stores;
  }

  has({ feature, template }: LedgerEntry): boolean {
    return feature === this.#first.feature && template === this.#first.template;
  }

  async add(entry: LedgerEntry): Promise<void> {
    this.#rollups.add(entry);
    if (!showsPrefix(entry)) return;
    this.#waiting.push(entry.prefix);
    if (this.#waiting.length >= MOST_WAITING) await this.#learn();
  }

  /** Puts the rollups in the place of older ones, and the profile that now knows this hour. */
  async store(): Promise<void> {
    const { hour, feature, template } = this.#first;
    await this.#stores.ledger.putRollups(hour, this.#rollups.rollups());
    await this.#learn();
    const history = this.#profile?.history;
    if (history !== undefined && this.#profile?.isOld === true)
      await this.#stores.profiles.put(feature, template, { history, throughHour: hour });
  }

  /** A profile that has seen this hour, or a later one, stays as it is: an hour is rolled up again, and its calls are not counted again. */
  async #learn(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const { hour, feature, template } = this.#first;
    if (this.#profile === undefined) {
      const stored = await this.#stores.profiles.read(feature, template);
      this.#profile = { history: stored?.history, isOld: stored === undefined || stored.throughHour < hour };
    }
    for (const prefix of this.#waiting) this.#profile.history = observe(this.#profile.history, prefix);
    this.#waiting = [];
  }
}

/** Later attempts repeat the prompt of the first, and batch jobs come in any order. */
const showsPrefix = ({ kind, mode, attempt, prefix }: LedgerEntry): boolean =>
  kind !== 'correction' && mode !== 'batch' && attempt === 1 && prefix.length > 0;
