/** Where a Bedrock profile prefix can be called from. A bare id is called in its own region; `global.` from every commercial one. */
const REGIONS: Readonly<Record<string, { readonly regions: RegExp; readonly text: string }>> = {
  us: { regions: /^(us-(east|west)|ca)-/, text: 'us-* and ca-*' },
  eu: { regions: /^eu-/, text: 'eu-*' },
  apac: { regions: /^ap-/, text: 'ap-*' },
  jp: { regions: /^ap-northeast-[13]$/, text: 'ap-northeast-1 and ap-northeast-3' },
  au: { regions: /^ap-southeast-[246]$/, text: 'ap-southeast-2, -4 and -6' },
  ca: { regions: /^ca-/, text: 'ca-*' },
  in: { regions: /^ap-south-/, text: 'ap-south-*' },
  sa: { regions: /^sa-/, text: 'sa-*' },
  mx: { regions: /^mx-/, text: 'mx-*' },
  'us-gov': { regions: /^us-gov-/, text: 'us-gov-*' },
  global: { regions: /^(?!us-gov-|cn-)/, text: 'commercial regions' },
};

/** Why a model of this prefix cannot be called from the region, or undefined when it can. */
export function regionMismatch(prefix: string, region: string): string | undefined {
  const rule = REGIONS[prefix];
  return rule === undefined || rule.regions.test(region) ? undefined : `${prefix}. profiles are called from ${rule.text}`;
}

/** Prefixes that fit the region, for the error's second line. */
export const prefixesFor = (region: string): string[] =>
  Object.entries(REGIONS).flatMap(([prefix, rule]) => (rule.regions.test(region) ? [`${prefix}.`] : []));
