import type { PrefixHistory } from '../core/template-version.ts';

/** How a template's static part has behaved up to an hour, derived from ledger entries by the compactor. */
export type TemplateProfile = { readonly history: PrefixHistory; readonly throughHour: string };

/** What environments that have not seen a template yet know of it. Derived: losing one costs some twenty calls of learning. */
export type TemplateProfiles = {
  read(feature: string, template: string): Promise<TemplateProfile | undefined>;
  put(feature: string, template: string, profile: TemplateProfile): Promise<void>;
};
