import * as z from 'zod';

/** Money crosses as a decimal string: JSON numbers end at 2^53. */
export const pico = z
  .string()
  .regex(/^-?\d+$/)
  .transform((digits) => BigInt(digits));
