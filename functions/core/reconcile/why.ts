/** Every name that a difference can have, and what it means to the one who has to act. The first that fits is given. */
export const WHYS = {
  matches: { means: 'bill and ledger agree within the tolerance', todo: 'nothing' },
  not_in_bill_yet: { means: 'AWS bills a day only 24 to 48 hours after it', todo: 'export again in two days' },
  other_day: {
    means: 'the same money, billed on a neighbouring day: a batch is billed when it runs, a call at midnight when it ends',
    todo: 'nothing: over these days it agrees',
  },
  assumed_calls: {
    means: 'calls whose outcome nobody knows are booked at all they might have cost',
    todo: 'nothing is owed: the bill is right; many of them point at time-outs',
  },
  regional_price: {
    means: 'the same tokens at 1.1 times or 1/1.1 of our price: a regional and a global profile are mixed up',
    todo: 'look at the prefix of the model’s id in spillway.yaml (us., eu., global.)',
  },
  discount: {
    means: 'the same tokens, every model cheaper by the same share: a private agreement',
    todo: 'set the models’ prices in spillway.yaml to yours, if the ledger is to show them',
  },
  price_differs: {
    means: 'the same tokens at another price',
    todo: 'compare the unit prices below; run npm run prices, or set the model’s price in spillway.yaml',
  },
  outside_spillway: {
    means: 'the bill has more than the ledger: someone calls the model without Spillway',
    todo: 'find who: CloudTrail and CUR name the IAM principal; take bedrock:InvokeModel away from it',
  },
  not_in_bill: {
    means: 'the ledger has it, the export has none of it',
    todo: 'look whether the export was filtered, or another account or region pays',
  },
  tokens_differ: {
    means: 'bill and ledger count different tokens',
    todo: 'compare the tokens below; calls of two deployments under one feature look like this, too',
  },
  cost_differs: { means: 'the money differs and the export has no tokens to say why', todo: 'reconcile a CUR 2.0 export' },
  unmapped: {
    means:
      'the bill’s name is none of a configured model: called without Spillway, or missing in spillway.yaml; or booked on a day with such lines',
    todo: 'find who calls it without Spillway, or put the model into spillway.yaml',
  },
} as const satisfies Record<string, { means: string; todo: string }>;

export type Why = keyof typeof WHYS;
