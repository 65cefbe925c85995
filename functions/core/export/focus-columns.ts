import { picoToUsd } from '../money.ts';
import type { ChargePeriod } from './charge-period.ts';
import type { ExportColumn } from './export-format.ts';
import type { FocusCharge } from './focus-charge.ts';
import type { Seller } from './seller.ts';
import type { DayUsage } from './usage-fold.ts';

/** What the columns of one row are made from. */
export type FocusRow = {
  readonly charge: FocusCharge;
  readonly usage: DayUsage;
  readonly seller: Seller;
  readonly period: ChargePeriod;
  readonly organization: string;
  readonly environment: string;
  /** ARN of the application inference profile that the feature calls the model through. */
  readonly profile: string | null;
  /** On the first row of a day's usage alone, so that it can be summed. */
  readonly requests: number | null;
};

/** FOCUS 1.2's mandatory and conditional columns, and two of 1.3; then our own. In the order of the specification: by name, `x_` last. */
export const FOCUS_COLUMNS: readonly ExportColumn<FocusRow>[] = [
  ['BilledCost', ({ charge }) => charge.costPico],
  ['BillingAccountId', ({ organization }) => organization],
  ['BillingAccountName', ({ organization }) => organization],
  ['BillingAccountType', () => 'Organization'],
  ['BillingCurrency', () => 'USD'],
  ['BillingPeriodEnd', ({ period }) => period.monthEnd],
  ['BillingPeriodStart', ({ period }) => period.monthStart],
  ['ChargeCategory', ({ charge }) => charge.category],
  ['ChargeClass', () => null],
  ['ChargeDescription', describe],
  ['ChargeFrequency', ({ charge }) => (charge.category === 'Usage' ? 'Usage-Based' : 'One-Time')],
  ['ChargePeriodEnd', ({ period }) => period.end],
  ['ChargePeriodStart', ({ period }) => period.start],
  ['ConsumedQuantity', ({ charge }) => charge.tokens],
  ['ConsumedUnit', ({ charge }) => (charge.tokens === null ? null : 'Tokens')],
  ['ContractedCost', ({ charge }) => charge.costPico],
  ['ContractedUnitPrice', ({ charge }) => charge.unitPrice],
  ['EffectiveCost', ({ charge }) => charge.costPico],
  ['HostProviderName', ({ seller }) => seller.provider],
  ['InvoiceId', () => null],
  ['InvoiceIssuerName', ({ seller }) => seller.provider],
  ['ListCost', ({ charge }) => charge.costPico],
  ['ListUnitPrice', ({ charge }) => charge.unitPrice],
  ['PricingCategory', ({ charge }) => (charge.category === 'Usage' ? 'Standard' : 'Other')],
  ['PricingQuantity', ({ charge }) => charge.quantity],
  ['PricingUnit', ({ charge }) => charge.pricingUnit],
  ['ProviderName', ({ seller }) => seller.provider],
  ['PublisherName', ({ seller }) => seller.publisher],
  ['RegionId', () => null],
  ['RegionName', () => null],
  ['ResourceId', ({ profile }) => profile],
  ['ResourceName', ({ profile, usage }) => (profile === null ? null : `${usage.feature}/${usage.model}`)],
  ['ResourceType', ({ profile }) => (profile === null ? null : 'Application Inference Profile')],
  ['ServiceCategory', () => 'AI and Machine Learning'],
  ['ServiceName', ({ seller }) => seller.service],
  ['ServiceProviderName', ({ seller }) => seller.provider],
  ['ServiceSubcategory', () => 'Generative AI'],
  ['SkuId', ({ charge }) => charge.skuId],
  ['SkuMeter', ({ charge }) => charge.meter],
  ['SkuPriceDetails', skuPriceDetails],
  ['SkuPriceId', ({ charge }) => charge.skuPriceId],
  ['SubAccountId', ({ usage }) => usage.team || null],
  ['SubAccountName', ({ usage }) => usage.team || null],
  ['SubAccountType', ({ usage }) => (usage.team === '' ? null : 'Team')],
  ['Tags', tags],
  ['x_ChargeDay', ({ usage }) => usage.day],
  ['x_EstimatedUsage', ({ charge }) => charge.tokens === null],
  ['x_Feature', ({ usage }) => usage.feature],
  ['x_Model', ({ usage }) => usage.model],
  ['x_Owner', ({ usage }) => usage.owner],
  ['x_RequestCount', ({ requests }) => requests],
  ['x_ServiceTier', ({ usage }) => usage.mode],
  ['x_Team', ({ usage }) => usage.team || null],
  ['x_TokenType', ({ charge }) => charge.tokenType],
];

function describe({ charge, usage }: FocusRow): string {
  const { modelId } = usage;
  if (charge.tokens === null)
    return `Calls of ${modelId} (${usage.mode}) whose usage nobody reported, at the money held for them, less what was corrected`;
  const prompts = charge.longPrompt ? ', long prompts' : '';
  return `${charge.meter} of ${modelId} (${usage.mode}${prompts}) at $${picoToUsd(charge.unitPrice)} per ${charge.pricingUnit}`;
}

function skuPriceDetails({ charge, seller, usage }: FocusRow): string {
  return JSON.stringify({
    ModelDeveloper: seller.publisher,
    ModelId: usage.modelId,
    ...(charge.longPrompt ? { PromptLength: 'Long' } : {}),
    ServiceTier: usage.mode,
    ...(charge.tokenType === null ? {} : { TokenType: charge.tokenType }),
  });
}

/** The keys that the inference profiles are tagged with, so that they match the provider's own bill. */
function tags({ environment, usage: { feature, owner, team } }: FocusRow): string {
  return JSON.stringify({ environment, feature, owner, ...(team === '' ? {} : { team }) });
}
