import type { SpendProfile } from '../../functions/core/runaway/spend-profile.ts';
import type { SpendProfiles } from '../../functions/ports/spend-profiles.ts';
import type { TemplateProfile, TemplateProfiles } from '../../functions/ports/template-profiles.ts';

/** Profiles in memory. */
export function memoryProfiles(): TemplateProfiles & SpendProfiles {
  const profiles = new Map<string, TemplateProfile>();
  const spend = new Map<string, SpendProfile>();
  return {
    read: async (feature, template) => profiles.get(`${feature}/${template}`),
    put: async (feature, template, profile) => void profiles.set(`${feature}/${template}`, profile),
    readSpend: async (feature) => spend.get(feature),
    putSpend: async (feature, profile) => void spend.set(feature, profile),
  };
}
