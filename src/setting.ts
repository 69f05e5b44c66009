import { z } from 'zod';
import { isHeaderSafe } from './text.js';

/** The rules of a variable: what `setting`, `baseAddress`, `credential` and `secret` make, as schemas of zod. */
export interface Variable<Value = unknown> {
  readonly _zod: { readonly output: Value };
}

/** The values of variables, checked, by name. */
export type Values<Variables extends Readonly<Record<string, Variable>>> = {
  readonly [Name in keyof Variables]: Variables[Name]['_zod']['output'];
};

/** What a variable is for: `secret` values are struck out of everything printed; `credential` and `secret` name an app. */
type Kind = 'address' | 'credential' | 'secret';

/** A variable with what is wrong with a wrong value. Messages never hold the value. */
export function setting(isRight: (text: string) => boolean, problem: string, example: string) {
  return z
    .string({ error: `is missing, for example ${example}` })
    .refine(isRight, { error: `${problem}, for example ${example}` });
}

/** An API's base address, without a trailing slash. */
export function baseAddress(usual: string) {
  return setting(isBaseAddress, 'is not an http(s) address without a trailing slash', usual)
    .default(usual)
    .meta({ kind: 'address' satisfies Kind });
}

/** Names an app, and is no secret: a client id. */
export function credential(example: string) {
  return headerSafe(example)
    .optional()
    .meta({ kind: 'credential' satisfies Kind });
}

/** Struck out of everything printed, and may stand in the file that `NAME_FILE` names. */
export function secret(example: string) {
  return asSecret(headerSafe(example).optional());
}

/** Marks a variable as `secret` does. */
export function asSecret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ kind: 'secret' satisfies Kind });
}

/** The names of the variables that are for one of the given things. */
export function namesOf(variables: Readonly<Record<string, unknown>>, ...kinds: readonly Kind[]): string[] {
  return Object.entries(variables).flatMap(([name, schema]) => {
    const kind = schema instanceof z.ZodType ? schema.meta()?.kind : undefined;
    return kinds.some((wanted) => wanted === kind) ? [name] : [];
  });
}

export function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function headerSafe(example: string) {
  return setting(isHeaderSafe, 'contains spaces or other invalid characters', example);
}

function isBaseAddress(text: string): boolean {
  return isHttp(text) && !text.endsWith('/') && !/[?#]/.test(text);
}
