import type { Settings } from '../settings.ts';
import { chargePeriods } from './charge-period.ts';
import type { ExportFormat } from './export-format.ts';
import { focusCharges } from './focus-charge.ts';
import { FOCUS_COLUMNS } from './focus-columns.ts';
import { sellerOf } from './seller.ts';

/**
 * FOCUS 1.2 Cost and Usage: one row per local day x feature (with its team and owner) x model x tier x meter x unit price, and one for money
 * booked without tokens. Profiles and long-prompt tiers are those of the settings in force.
 */
export function focus(settings: Settings): ExportFormat {
  const periodOf = chargePeriods(settings.timezone);
  const { organization, environment } = settings;
  return {
    mark: '',
    columns: FOCUS_COLUMNS.map(([name]) => name),
    byTemplate: false,
    rows: (usage) => {
      const configured = settings.models[usage.model];
      // A name may have been given to another model since.
      const model = configured?.modelId === usage.modelId ? configured : undefined;
      // A batch job is billed under its model, whatever profile the feature has.
      const profile = usage.mode === 'batch' ? null : (settings.inferenceProfiles[`${usage.feature}/${usage.model}`] ?? null);
      const shared = { usage, seller: sellerOf(usage, model?.baseUrl), period: periodOf(usage.day), organization, environment, profile };
      return focusCharges(usage, model).map((charge, at) => {
        const row = { ...shared, charge, requests: at === 0 ? usage.calls : null };
        return FOCUS_COLUMNS.map(([, cellOf]) => cellOf(row));
      });
    },
  };
}
