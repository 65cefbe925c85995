import { type GoldenPrice, table } from './golden-price.ts';

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const MODEL_ARN = 'arn:aws:bedrock:us-east-1::foundation-model';
const SYSTEM_ARN = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile';
const APPLICATION_ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile';

/** Worked out with a vendor: everything that a price may say. */
const NEGOTIATED = {
  ...{ input: 0.9, cacheRead: 0.09, cacheWrite5m: 1.2, cacheWrite1h: 1.9, output: 4.5 },
  batch: { input: 0.45, output: 2.25 },
  flex: { input: 0.6, cacheRead: 0.06, output: 3 },
  priority: {
    ...{ input: 1.575, cacheRead: 0.1575, output: 7.875 },
    longPrompt: { aboveTokens: 50_000, input: 3.15, cacheRead: 0.315, output: 15.75 },
  },
};
/** A server that becomes dearer with the year. */
const RISING = [
  { input: 0.02, output: 0.06 },
  { from: '2027-01-01', input: 0.03, cacheRead: 0.01, output: 0.09 },
];

/**
 * Prices as the vendors print them: Anthropic's, OpenAI's and Google's pricing pages, AWS model cards and the AWS Price List of September
 * and October 2026. Tokens and USD per million of input, cache read, 5-minute write, 1-hour write, output; a sixth number of tokens is
 * reasoning. Costs were multiplied out from these columns by hand, with none of this project’s code.
 */
export const GOLDEN_PRICES: readonly GoldenPrice[] = [
  // Claude on Bedrock: the global price, and 1.1 times that everywhere else.
  ...table(
    `
    bedrock/us.${HAIKU}                                | on_demand | now | 1000 10000 2000 3000 500  | 1.1 0.11 1.375 2.2 5.5  | 0.0143
    bedrock/eu.${HAIKU}                                | on_demand | now | 4321 777 55 6 89          | 1.1 0.11 1.375 2.2 5.5  | 0.005416895
    bedrock/apac.${HAIKU}                              | on_demand | now | 12 0 3456 0 7             | 1.1 0.11 1.375 2.2 5.5  | 0.0048037
    bedrock/jp.${HAIKU}                                | on_demand | now | 0 65432 0 0 1             | 1.1 0.11 1.375 2.2 5.5  | 0.00720302
    bedrock/au.${HAIKU}                                | on_demand | now | 100 0 0 20000 300         | 1.1 0.11 1.375 2.2 5.5  | 0.04576
    bedrock/ca.${HAIKU}                                | on_demand | now | 2500 2500 2500 2500 2500  | 1.1 0.11 1.375 2.2 5.5  | 0.0257125
    bedrock/${HAIKU}                                   | on_demand | now | 999 1 0 0 64              | 1.1 0.11 1.375 2.2 5.5  | 0.00145101  | in-region
    bedrock/global.${HAIKU}                            | on_demand | now | 1000 10000 2000 3000 500  | 1 0.1 1.25 2 5          | 0.013
    bedrock/us.anthropic.claude-haiku-4-5              | on_demand | now | 10 0 0 0 10               | 1.1 0.11 1.375 2.2 5.5  | 0.000066    | the id without date and version
    bedrock/us.${SONNET}                               | on_demand | now | 1500 120000 800 400 2048  | 3.3 0.33 4.125 6.6 16.5 | 0.084282
    bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0 | on_demand | now | 1500 12000 800 400 300    | 3 0.3 3.75 6 15         | 0.018       | before 4.5 regional costs no more
    bedrock/global.anthropic.claude-sonnet-4-6         | on_demand | now | 77 88 99 11 22            | 3 0.3 3.75 6 15         | 0.00102465
    bedrock/eu.anthropic.claude-sonnet-4-6             | on_demand | now | 77 88 99 11 22            | 3.3 0.33 4.125 6.6 16.5 | 0.001127115
    bedrock/us.anthropic.claude-sonnet-5               | on_demand | now | 3000 9000 0 0 700         | 2.2 0.22 2.75 4.4 11    | 0.01628
    bedrock/jp.anthropic.claude-opus-4-8               | on_demand | now | 800 40000 1200 0 900      | 5.5 0.55 6.875 11 27.5  | 0.0594
    bedrock/us.anthropic.claude-opus-4-6-v1            | on_demand | now | 1 1 1 1 1                 | 5.5 0.55 6.875 11 27.5  | 0.000051425
    bedrock/us.anthropic.claude-opus-4-1-20250805-v1:0 | on_demand | now | 2000 10000 500 500 100    | 15 1.5 18.75 30 75      | 0.076875
    bedrock/us.anthropic.claude-opus-5-5               | on_demand | now | 1000 100000 0 2000 400    | 4.4 0.22 5.5 8.8 22     | 0.0528      | reads at 0.05
    bedrock/global.anthropic.claude-fable-5-1          | on_demand | now | 1000 100000 4000 1000 250 | 10 0.25 12.5 20 50      | 0.1175      | reads at 0.025
    bedrock/us.anthropic.claude-fable-5-1              | on_demand | now | 1000 100000 4000 1000 250 | 11 0.275 13.75 22 55    | 0.12925
    `,
  ),

  // ARNs: a foundation model is called in its region, a system profile is its id, an application profile is what its base says.
  ...table(
    `
    bedrock/${MODEL_ARN}/${HAIKU}                             | on_demand | now | 1000 0 0 0 100 | 1.1 0.11 1.375 2.2 5.5 | 0.00165 | in-region
    bedrock/${SYSTEM_ARN}/us.${HAIKU}                         | on_demand | now | 1000 0 0 0 100 | 1.1 0.11 1.375 2.2 5.5 | 0.00165
    bedrock/${SYSTEM_ARN}/global.anthropic.claude-sonnet-4-6 | on_demand | now | 1000 0 0 0 100 | 3 0.3 3.75 6 15        | 0.0045
    `,
  ),

  ...table(
    `
    bedrock/${APPLICATION_ARN}/abc123def456 | on_demand | now | 1000 2000 3000 0 100 | 3.3 0.33 4.125 6.6 16.5 | 0.017985
    `,
    { base: `us.${SONNET}` },
  ),

  ...table(
    `
    bedrock/${APPLICATION_ARN}/abc123def456 | on_demand | now | 1000 2000 3000 0 100 | 3 0.3 3.75 6 15 | 0.01635
    `,
    { base: `${SYSTEM_ARN}/global.anthropic.claude-sonnet-4-6` },
  ),

  ...table(
    `
    bedrock/${APPLICATION_ARN}/zyx987 | batch | now | 10000 0 0 0 4000 | 0.03 0.0075 0.03 0.03 0.12 | 0.00078 | half of 0.06 and 0.24
    `,
    { base: 'amazon.nova-lite-v1:0' },
  ),

  // Whole-request tiers: cached tokens count towards the limit, and one token more reprices every token.
  ...table(
    `
    bedrock/global.anthropic.claude-haiku-5-5 | on_demand | now | 40000 50000 6000 4000 1000 | 0.1 0.01 0.125 0.2 0.5      | 0.00655     | 100,000 prompt tokens
    bedrock/global.anthropic.claude-haiku-5-5 | on_demand | now | 40001 50000 6000 4000 1000 | 0.5 0.05 0.625 1 2.5        | 0.0327505   | 100,001
    bedrock/us.anthropic.claude-haiku-5-5     | on_demand | now | 100 99900 0 0 2000         | 0.11 0.011 0.1375 0.22 0.55 | 0.0022099   | 100,000
    bedrock/us.anthropic.claude-haiku-5-5     | on_demand | now | 0 100001 0 0 10            | 0.55 0.055 0.6875 1.1 2.75  | 0.005527555 | cached alone passes it
    bedrock/au.anthropic.claude-haiku-5-5     | on_demand | now | 0 0 0 100001 10            | 0.55 0.055 0.6875 1.1 2.75  | 0.1100286   | written alone passes it
    bedrock/global.openai.gpt-5.6-luna        | on_demand | now | 272000 0 0 0 1000          | 0.2 0.02 0.25 0.25 1.2      | 0.0556      | 272,000
    bedrock/global.openai.gpt-5.6-luna        | on_demand | now | 272001 0 0 0 1000          | 0.4 0.04 0.5 0.5 1.8        | 0.1106004   | 272,001
    bedrock/us.openai.gpt-6.1-sol             | on_demand | now | 1000 270000 1000 0 500     | 2.2 0.11 2.75 2.75 11       | 0.04015     | 272,000
    bedrock/us.openai.gpt-6.1-sol             | on_demand | now | 1001 270000 1000 0 500     | 4.4 0.22 5.5 5.5 16.5       | 0.0775544   | 272,001
    anthropic/claude-sonnet-4-5-20250929      | on_demand | now | 150000 50000 0 0 100       | 3 0.3 3.75 6 15             | 0.4665      | 200,000
    anthropic/claude-sonnet-4-5-20250929      | on_demand | now | 150001 50000 0 0 100       | 6 0.6 7.5 12 22.5           | 0.932256    | 200,001
    anthropic/claude-haiku-5-5                | on_demand | now | 100001 0 0 0 1             | 0.5 0.05 0.625 1 2.5        | 0.050003
    google/gemini-2.5-pro                     | on_demand | now | 200000 0 0 0 300           | 1.25 0.125 1.25 1.25 10     | 0.253       | 200,000
    google/gemini-2.5-pro                     | on_demand | now | 199000 1001 0 0 300        | 2.5 0.25 2.5 2.5 15         | 0.50225025  | 200,001
    openai/gpt-5.4-2026-03-05                 | on_demand | now | 272000 0 0 0 10            | 2.5 0.25 2.5 2.5 15         | 0.68015     | 272,000
    openai/gpt-5.4-2026-03-05                 | on_demand | now | 272001 0 0 0 10            | 5 0.5 5 5 22.5              | 1.36023     | 272,001
    openai/gpt-6-luna                         | on_demand | now | 2000 270001 0 0 10         | 0.2 0.02 0.25 0.25 0.75     | 0.00580752  | 272,001
    `,
  ),

  // Dates: a price holds from its UTC day on.
  ...table(
    `
    bedrock/global.anthropic.claude-sonnet-5-5 | on_demand | 2026-10-06T23:59:59Z | 1000 50000 200 100 300 | 2 0.2 2.5 4 10              | 0.0159  | before the cut of cache reads
    bedrock/global.anthropic.claude-sonnet-5-5 | on_demand | 2026-10-07T00:00:00Z | 1000 50000 200 100 300 | 2 0.1 2.5 4 10              | 0.0109  | on the day
    bedrock/us.anthropic.claude-sonnet-5-5     | on_demand | now                  | 1000 50000 200 100 300 | 2.2 0.11 2.75 4.4 11        | 0.01199 | reads at 0.05
    anthropic/claude-sonnet-5-5                | on_demand | 2026-09-28T00:00:00Z | 10 1000 0 0 1          | 2 0.2 2.5 4 10              | 0.00023
    anthropic/claude-sonnet-5-5                | on_demand | now                  | 10 1000 0 0 1          | 2 0.1 2.5 4 10              | 0.00013
    bedrock/us.openai.gpt-5.6-sol              | on_demand | 2026-08-20T23:59:59Z | 10000 1000 0 0 2000    | 5.5 0.55 6.875 6.875 33     | 0.12155 | the day before the cut
    bedrock/us.openai.gpt-5.6-sol              | on_demand | 2026-08-21T00:00:00Z | 10000 1000 0 0 2000    | 4.4 0.44 5.5 5.5 22         | 0.08844 | on the day
    bedrock/global.openai.gpt-5.6-sol          | on_demand | now                  | 10000 1000 500 0 2000  | 4 0.4 5 5 20                | 0.0829
    google/gemini-3.8-flash                    | on_demand | 2026-12-31T23:59:59Z | 10000 4000 0 0 2000    | 0.75 0.075 0.75 0.75 3.75   | 0.0153  | the last day
    google/gemini-3.8-flash                    | on_demand | 2027-01-01T00:00:00Z | 10000 4000 0 0 2000    | 1.5 0.15 1.5 1.5 7.5        | 0.0306  | the day after
    google/gemini-3.8-flash                    | on_demand | 2027-06-30T12:00:00Z | 10000 4000 0 0 2000    | 1.5 0.15 1.5 1.5 7.5        | 0.0306
    bedrock/us.anthropic.claude-haiku-5-5      | on_demand | 2026-10-07T00:00:00Z | 10000 0 0 0 1000       | 0.11 0.011 0.1375 0.22 0.55 | 0.00165 | its first day
    `,
  ),

  // Batch and flex: half, where the AWS price list has such a price.
  ...table(
    `
    bedrock/us.${HAIKU}                               | batch | now | 1000000 0 0 0 100000 | 0.55 0.055 0.6875 1.1 2.75         | 0.825
    bedrock/global.${HAIKU}                           | batch | now | 100 200 300 400 500  | 0.5 0.05 0.625 1 2.5               | 0.0018975
    bedrock/us.${SONNET}                              | batch | now | 4000 0 0 0 1000      | 1.65 0.165 2.0625 3.3 8.25         | 0.01485
    bedrock/us.anthropic.claude-opus-5                | batch | now | 4000 10 10 10 1000   | 2.75 0.275 3.4375 5.5 13.75        | 0.024842125
    bedrock/us.amazon.nova-micro-v1:0                 | batch | now | 8000 100 0 0 1000    | 0.0175 0.004375 0.0175 0.0175 0.07 | 0.0002104375
    bedrock/us.meta.llama3-3-70b-instruct-v1:0        | batch | now | 5000 0 0 0 500       | 0.36 0.36 0.36 0.36 0.36           | 0.00198
    bedrock/us.meta.llama4-maverick-17b-instruct-v1:0 | batch | now | 5000 0 0 0 500       | 0.12 0.12 0.12 0.12 0.485          | 0.0008425
    bedrock/us.amazon.nova-2-lite-v1:0                | batch | now | 6000 600 0 0 60      | 0.165 0.04125 0.165 0.165 1.375    | 0.00109725
    bedrock/us.amazon.nova-pro-v1:0                   | flex  | now | 6000 600 0 0 60      | 0.4 0.1 0.4 0.4 1.6                | 0.002556
    bedrock/openai.gpt-oss-120b-1:0                   | flex  | now | 7000 0 0 0 900       | 0.075 0.075 0.075 0.075 0.3        | 0.000795
    bedrock/moonshotai.kimi-k2.5                      | flex  | now | 7000 0 0 0 900       | 0.3 0.3 0.3 0.3 1.5                | 0.00345
    bedrock/deepseek.v3.2                             | batch | now | 7000 0 0 0 900       | 0.31 0.31 0.31 0.31 0.925          | 0.0030025
    bedrock/zai.glm-4.7                               | batch | now | 7000 0 0 0 900       | 0.3 0.3 0.3 0.3 1.1                | 0.00309
    bedrock/global.moonshotai.kimi-k3                 | flex  | now | 100 200 300 0 400    | 1.5 0.15 1.875 1.875 7.5           | 0.0037425
    `,
  ),

  // Others on Bedrock, on demand; a meter without a price of its own costs plain input.
  ...table(
    `
    bedrock/us.amazon.nova-lite-v1:0               | on_demand | now | 1000 8000 2000 0 500 | 0.06 0.015 0.06 0.06 0.24      | 0.00042    | reads at 0.25
    bedrock/amazon.nova-micro-v1:0                 | on_demand | now | 1000 8000 0 0 500    | 0.035 0.00875 0.035 0.035 0.14 | 0.000175
    bedrock/global.amazon.nova-2-lite-v1:0         | on_demand | now | 1000 8000 100 0 500  | 0.3 0.075 0.3 0.3 2.5          | 0.00218
    bedrock/apac.amazon.nova-2-lite-v1:0           | on_demand | now | 1000 8000 100 0 500  | 0.33 0.0825 0.33 0.33 2.75     | 0.002398
    bedrock/us.meta.llama3-3-70b-instruct-v1:0     | on_demand | now | 1234 0 0 0 567       | 0.72 0.72 0.72 0.72 0.72       | 0.00129672
    bedrock/us.meta.llama4-scout-17b-instruct-v1:0 | on_demand | now | 1234 0 0 0 567       | 0.17 0.17 0.17 0.17 0.66       | 0.000584
    bedrock/openai.gpt-oss-120b-1:0                | on_demand | now | 7000 0 0 0 900       | 0.15 0.15 0.15 0.15 0.6        | 0.00159
    bedrock/us.deepseek.r1-v1:0                    | on_demand | now | 2000 0 0 0 9000      | 1.35 1.35 1.35 1.35 5.4        | 0.0513
    bedrock/deepseek.v3-v1:0                       | on_demand | now | 2000 0 0 0 9000      | 0.58 0.58 0.58 0.58 1.68       | 0.01628
    bedrock/us.moonshotai.kimi-k3                  | on_demand | now | 2000 3000 400 50 600 | 3.3 0.33 4.125 4.125 16.5      | 0.01934625
    bedrock/global.zai.glm-5.3                     | on_demand | now | 2000 3000 400 0 600  | 1.68 0.312 2.1 2.1 5.28        | 0.008304
    bedrock/us.xai.grok-4.7                        | on_demand | now | 2000 3000 0 0 600    | 2.2 0.55 2.2 2.2 6.6           | 0.01001
    bedrock/qwen.qwen3-vl-235b-a22b                | on_demand | now | 2000 0 0 0 600       | 0.53 0.53 0.53 0.53 2.66       | 0.002656
    bedrock/mistral.mistral-large-3-675b-instruct  | on_demand | now | 2000 0 0 0 600       | 0.5 0.5 0.5 0.5 1.5            | 0.0019
    `,
  ),

  // Vendors at their own addresses.
  ...table(
    `
    anthropic/claude-haiku-4-5-20251001 | on_demand | now | 1000 2000 3000 4000 500 | 1 0.1 1.25 2 5           | 0.01545
    anthropic/claude-opus-4-20250514    | on_demand | now | 1000 2000 3000 4000 500 | 15 1.5 18.75 30 75       | 0.23175 | listed as claude-opus-4-0
    google/gemini-2.5-flash             | on_demand | now | 1000 2000 0 0 500 400   | 0.3 0.03 0.3 0.3 2.5     | 0.00161 | thoughts are output, billed once
    google/gemini-2.0-flash-001         | on_demand | now | 1000 2000 0 0 500       | 0.1 0.025 0.1 0.1 0.4    | 0.00035
    google/gemini-3.5-flash-lite        | on_demand | now | 1000 2000 0 0 500       | 0.3 0.03 0.3 0.3 2.5     | 0.00161
    openai/gpt-5.4-mini                 | on_demand | now | 1000 2000 0 0 500       | 0.75 0.075 0.75 0.75 4.5 | 0.00315
    openai/gpt-6.1-sol                  | on_demand | now | 1000 2000 3000 0 500    | 2 0.1 2.5 2.5 10         | 0.0147  | writes at 1.25, unasked
    openai/gpt-4o-2024-05-13            | on_demand | now | 1000 0 0 0 500          | 5 5 5 5 15               | 0.0125  | a price of its own, unlike gpt-4o
    `,
  ),

  // Own prices, in place of the book.
  ...table(
    `
    bedrock/us.${HAIKU} | on_demand | now | 1000 2000 3000 4000 500 | 0.9 0.09 1.2 1.9 4.5           | 0.01453
    bedrock/us.${HAIKU} | batch     | now | 1000 2000 0 0 500       | 0.45 0.45 0.45 0.45 2.25       | 0.002475   | cached input of a mode costs its plain input
    bedrock/us.${HAIKU} | flex      | now | 1000 2000 0 0 500       | 0.6 0.06 0.6 0.6 3             | 0.00222
    bedrock/us.${HAIKU} | priority  | now | 1000 2000 0 0 500       | 1.575 0.1575 1.575 1.575 7.875 | 0.0058275
    bedrock/us.${HAIKU} | priority  | now | 20000 30000 0 0 10      | 1.575 0.1575 1.575 1.575 7.875 | 0.03630375 | 50,000
    bedrock/us.${HAIKU} | priority  | now | 20001 30000 0 0 10      | 3.15 0.315 3.15 3.15 15.75     | 0.07261065 | 50,001
    `,
    { own: NEGOTIATED },
  ),

  ...table(
    `
    openai/qwen3-32b-awq | on_demand | 2026-12-31T23:59:59Z | 1000 500 0 0 200 | 0.02 0.02 0.02 0.02 0.06 | 0.000042
    openai/qwen3-32b-awq | on_demand | 2027-01-01T00:00:00Z | 1000 500 0 0 200 | 0.03 0.01 0.03 0.03 0.09 | 0.000053
    `,
    { own: RISING },
  ),

  ...table(
    `
    openai/qwen3-32b-awq | on_demand | now | 1000 500 0 0 200 | 0 0 0 0 0 | 0
    `,
    { own: { input: 0, output: 0, free: true } },
  ),

  // Nothing, and more than a double can hold.
  ...table(
    `
    bedrock/us.${HAIKU}                                | on_demand | now | 0 0 0 0 0                | 1.1 0.11 1.375 2.2 5.5 | 0
    bedrock/us.${HAIKU}                                | on_demand | now | 10000000000 0 0 0 0      | 1.1 0.11 1.375 2.2 5.5 | 11000               | 11,000 dollars: 1.1 x 10^16 pico-dollars
    bedrock/us.anthropic.claude-opus-4-1-20250805-v1:0 | on_demand | now | 0 0 0 0 9007199254740991 | 15 1.5 18.75 30 75     | 675539944105.574325
    bedrock/us.${HAIKU}                                | on_demand | now | 1 1 1 1 1                | 1.1 0.11 1.375 2.2 5.5 | 0.000010285
    `,
  ),
];
