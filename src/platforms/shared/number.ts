import { z } from 'zod';

/**
 * A metric's value: a finite number, or one written as a decimal string, as some APIs do. Integers beyond 2^53 are refused:
 * parsing the JSON has already rounded them.
 */
export const metricNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .refine(
    (value) => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)),
    'a number that cannot be represented exactly',
  );
