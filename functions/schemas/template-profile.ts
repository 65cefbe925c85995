import * as z from 'zod';

const count = z.number().min(0);

/** A template profile as stored. */
export const storedProfile = z.object({
  history: z.object({ calls: count, changes: z.array(count), wholeChanges: count, last: z.array(z.string()) }),
  throughHour: z.string(),
});
