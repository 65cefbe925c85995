import type { Evidence } from '../core/errors.ts';
import { observe, type PrefixHistory, segmentsOf, shortPrefix, staticPart, versionOf } from '../core/template-version.ts';
import type { Prompt } from '../core/wire/converse.ts';
import type { Fingerprints } from '../ports/fingerprints.ts';
import type { TemplateProfiles } from '../ports/template-profiles.ts';

/** A prompt's version of its template, and the hashes that its entry keeps. */
export type TemplateVersion = { readonly templateVersion: string; readonly prefix: readonly string[] };

type Call = { readonly feature: string; readonly template: string; readonly templateVersion?: string | undefined; readonly prompt: Prompt };
type Ports = {
  readonly fingerprints: Fingerprints;
  readonly profiles?: Pick<TemplateProfiles, 'read'>;
  readonly log: (event: string, facts: Evidence, cause?: unknown) => void;
};

/** Names of `open` templates may be without number: the longest unseen are forgotten, and learned anew. */
const MOST_TEMPLATES = 1_000;

/**
 * What one environment remembers of the prompts it has seen, as hashes: how each template's static part behaves. A template that it has not seen
 * begins with the profile that the compactor keeps; a store that does not answer costs some twenty calls of learning, and no call.
 */
export class TemplateVersions {
  readonly #histories = new Map<string, PrefixHistory>();
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The caller's own version where there is one. Never throws: what cannot be told is left empty, and the call goes on. */
  async of(call: Call): Promise<TemplateVersion> {
    try {
      return await this.#versionOf(call);
    } catch (error) {
      this.#ports.log('version_unknown', { feature: call.feature, template: call.template }, error);
      return { templateVersion: call.templateVersion ?? '', prefix: [] };
    }
  }

  async #versionOf(call: Call): Promise<TemplateVersion> {
    const hashes = await this.#hashesOf(staticPart(call.prompt));
    const prefix = shortPrefix(hashes);
    const key = `${call.feature}/${call.template}`;
    const profile = this.#histories.has(key) ? undefined : await this.#profileOf(call);
    const history = observe(this.#histories.get(key) ?? profile, prefix);
    this.#remember(key, history);
    return { templateVersion: call.templateVersion ?? versionOf(history, hashes), prefix };
  }

  /** Each hash covers its segment and, through the hash before, all that went before: a text is hashed once. */
  async #hashesOf(text: string): Promise<string[]> {
    const hashes: string[] = [];
    for (const segment of segmentsOf(text)) hashes.push(await this.#ports.fingerprints.of(`prefix ${hashes.at(-1) ?? ''} ${segment}`));
    return hashes;
  }

  async #profileOf({ feature, template }: Call): Promise<PrefixHistory | undefined> {
    try {
      return (await this.#ports.profiles?.read(feature, template))?.history;
    } catch (error) {
      this.#ports.log('profile_unread', { feature, template }, error);
      return undefined;
    }
  }

  #remember(key: string, history: PrefixHistory): void {
    this.#histories.delete(key);
    this.#histories.set(key, history);
    const [oldest] = this.#histories.keys();
    if (this.#histories.size > MOST_TEMPLATES && oldest !== undefined) this.#histories.delete(oldest);
  }
}
