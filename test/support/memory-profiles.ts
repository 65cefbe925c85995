import type { TemplateProfile, TemplateProfiles } from '../../functions/ports/template-profiles.ts';

/** Template profiles in memory. */
export function memoryProfiles(): TemplateProfiles {
  const profiles = new Map<string, TemplateProfile>();
  return {
    read: async (feature, template) => profiles.get(`${feature}/${template}`),
    put: async (feature, template, profile) => void profiles.set(`${feature}/${template}`, profile),
  };
}
