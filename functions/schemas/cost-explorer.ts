import * as z from 'zod';

const amount = z.object({ Amount: z.string(), Unit: z.string() });

/** What `aws ce get-cost-and-usage` prints. Source: AWS Billing and Cost Management API reference, GetCostAndUsage. */
export const costAndUsage = z.object({
  NextPageToken: z.string().nullish(),
  GroupDefinitions: z.array(z.object({ Type: z.string(), Key: z.string() })).nullish(),
  ResultsByTime: z.array(
    z.object({
      TimePeriod: z.object({ Start: z.string(), End: z.string() }),
      Groups: z.array(
        z.object({
          Keys: z.array(z.string()),
          Metrics: z.object({ UnblendedCost: amount.optional(), UsageQuantity: amount.optional() }),
        }),
      ),
    }),
  ),
});
