import type { z } from 'zod';

/** The statement that calls one of the schema's functions with named arguments. Objects and arrays are encoded as JSON. */
export function functionCall(functionName: string, args: Readonly<Record<string, unknown>>) {
  const named = Object.keys(args).map((name, index) => `${name} => $${index + 1}`);
  const values = Object.values(args).map((value) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  );
  return { text: `select public.${functionName}(${named.join(', ')}) as result`, values };
}

/** Calls one of the schema's functions with named arguments, and parses its answer. */
export type Ask = <Schema extends z.ZodType>(
  answer: Schema,
  functionName: string,
  args: Readonly<Record<string, unknown>>,
) => Promise<z.output<Schema>>;
