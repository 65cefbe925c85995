/**
 * The columns of FOCUS 1.2's Cost and Usage dataset. Source: FOCUS 1.2 requirements model (FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, conformance
 * dataset CostAndUsage): presence rules CostAndUsage-D-003..065, type, format and nullability rules `<Column>-C-nnn`.
 */
export type ColumnFormat = 'text' | 'decimal' | 'instant' | 'currency' | 'unit' | 'object';
export type FocusColumn = {
  readonly format: ColumnFormat;
  /** `always`: in every file. `tokens`: in a file of priced, metered usage with tags and sub-accounts, such as ours. */
  readonly present: 'always' | 'tokens' | 'may';
  readonly nullable: boolean;
  readonly allowed?: readonly string[];
};

const column = (format: ColumnFormat, present: FocusColumn['present'], nullable = false, allowed?: readonly string[]): FocusColumn => ({
  ...{ format, present, nullable },
  ...(allowed === undefined ? {} : { allowed }),
});
const text = (present: FocusColumn['present'], nullable = false, allowed?: readonly string[]) => column('text', present, nullable, allowed);
const NULLABLE = true;

const SERVICE_CATEGORIES = [
  ...['AI and Machine Learning', 'Analytics', 'Business Applications', 'Compute', 'Databases', 'Developer Tools', 'Multicloud'],
  ...['Identity', 'Integration', 'Internet of Things', 'Management and Governance', 'Media', 'Migration', 'Mobile', 'Networking'],
  ...['Security', 'Storage', 'Web', 'Other'],
];
/** Of the category `AI and Machine Learning`, the only one that this checker is used for. */
const AI_SUBCATEGORIES = [
  ...['AI Platforms', 'Bots', 'Generative AI', 'Machine Learning', 'Natural Language Processing', 'Other (AI and Machine Learning)'],
];

export const FOCUS_1_2: Readonly<Record<string, FocusColumn>> = {
  AvailabilityZone: text('may', NULLABLE),
  BilledCost: column('decimal', 'always'),
  BillingAccountId: text('always'),
  BillingAccountName: text('always', NULLABLE),
  BillingAccountType: text('always'),
  BillingCurrency: column('currency', 'always'),
  BillingPeriodEnd: column('instant', 'always'),
  BillingPeriodStart: column('instant', 'always'),
  CapacityReservationId: text('may', NULLABLE),
  CapacityReservationStatus: text('may', NULLABLE, ['Used', 'Unused']),
  ChargeCategory: text('always', false, ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']),
  ChargeClass: text('always', NULLABLE, ['Correction']),
  ChargeDescription: text('always', NULLABLE),
  ChargeFrequency: text('may', false, ['One-Time', 'Recurring', 'Usage-Based']),
  ChargePeriodEnd: column('instant', 'always'),
  ChargePeriodStart: column('instant', 'always'),
  CommitmentDiscountCategory: text('may', NULLABLE, ['Spend', 'Usage']),
  CommitmentDiscountId: text('may', NULLABLE),
  CommitmentDiscountName: text('may', NULLABLE),
  CommitmentDiscountQuantity: column('decimal', 'may', NULLABLE),
  CommitmentDiscountStatus: text('may', NULLABLE, ['Used', 'Unused']),
  CommitmentDiscountType: text('may', NULLABLE),
  CommitmentDiscountUnit: column('unit', 'may', NULLABLE),
  ConsumedQuantity: column('decimal', 'tokens', NULLABLE),
  ConsumedUnit: column('unit', 'tokens', NULLABLE),
  ContractedCost: column('decimal', 'always'),
  ContractedUnitPrice: column('decimal', 'tokens', NULLABLE),
  EffectiveCost: column('decimal', 'always'),
  InvoiceId: text('may', NULLABLE),
  InvoiceIssuerName: text('always'),
  ListCost: column('decimal', 'always'),
  ListUnitPrice: column('decimal', 'tokens', NULLABLE),
  PricingCategory: text('tokens', NULLABLE, ['Standard', 'Committed', 'Dynamic', 'Other']),
  PricingCurrency: column('currency', 'may'),
  PricingCurrencyContractedUnitPrice: column('decimal', 'may', NULLABLE),
  PricingCurrencyEffectiveCost: column('decimal', 'may'),
  PricingCurrencyListUnitPrice: column('decimal', 'may', NULLABLE),
  PricingQuantity: column('decimal', 'always', NULLABLE),
  PricingUnit: column('unit', 'always', NULLABLE),
  ProviderName: text('always'),
  PublisherName: text('always'),
  RegionId: text('tokens', NULLABLE),
  RegionName: text('tokens', NULLABLE),
  ResourceId: text('tokens', NULLABLE),
  ResourceName: text('tokens', NULLABLE),
  ResourceType: text('tokens', NULLABLE),
  ServiceCategory: text('always', false, SERVICE_CATEGORIES),
  ServiceName: text('always'),
  ServiceSubcategory: text('may', false, AI_SUBCATEGORIES),
  SkuId: text('tokens', NULLABLE),
  SkuMeter: text('tokens', NULLABLE),
  SkuPriceDetails: column('object', 'tokens', NULLABLE),
  SkuPriceId: text('tokens', NULLABLE),
  SubAccountId: text('tokens', NULLABLE),
  SubAccountName: text('tokens', NULLABLE),
  SubAccountType: text('tokens', NULLABLE),
  Tags: column('object', 'tokens', NULLABLE),
};

/** Defined by FOCUS 1.3, which splits ProviderName in two; welcome in a 1.2 file. */
export const FOCUS_1_3: Readonly<Record<string, FocusColumn>> = {
  HostProviderName: text('may', NULLABLE),
  ServiceProviderName: text('may'),
};
