import { z } from 'zod';
import { isConfidential } from './loopback.js';
import { isHeaderSafe } from './text.js';

/** The rules of a variable: what `setting`, `baseAddress`, `credential` and `secret` return, as zod schemas. */
export interface Variable<Value = unknown> {
  readonly _zod: { readonly output: Value };
}

/** The validated values of variables, by name. */
export type Values<Variables extends Readonly<Record<string, Variable>>> = {
  readonly [Name in keyof Variables]: Variables[Name]['_zod']['output'];
};

/**
 * What a variable is for: the values of secrets are redacted from everything printed; `credential` and `secret` belong to an app. A
 * `login` is an address, too, and a `loginSecret` a secret, but for people who consent: no run needs them.
 */
type Kind = 'address' | 'login' | 'credential' | 'secret' | 'loginSecret';
/** What is redacted. */
export const SECRETS = ['secret', 'loginSecret'] as const satisfies readonly Kind[];

/** What `isConfidential` accepts, in messages. */
export const SAFE_ADDRESS = 'https:// address (http:// only on this machine)';

/** A variable and the message for an invalid value. Messages never contain the value. */
export function setting(isRight: (text: string) => boolean, problem: string, example: string) {
  return z
    .string({ error: `is missing, for example ${example}` })
    .refine(isRight, { error: `${problem}, for example ${example}` });
}

/** An API's base address, without a trailing slash; tokens are sent there, so it must be https except on this machine. */
export function baseAddress(usual: string) {
  return usualAddress(usual, 'address');
}

/** The base address of the pages on which people consent: as `baseAddress`, but asked by their browsers alone. */
export function loginAddress(usual: string) {
  return usualAddress(usual, 'login');
}

function usualAddress(usual: string, kind: Kind) {
  return address(usual).default(usual).meta({ kind }).describe('a base address, for a proxy');
}

/** As `baseAddress`, of an API that has no usual one: each account names its own server. */
export function optionalBaseAddress(example: string) {
  return address(example)
    .optional()
    .meta({ kind: 'address' satisfies Kind })
    .describe("a base address, in place of each account's own server");
}

function address(example: string) {
  return setting(isBaseAddress, `is not an ${SAFE_ADDRESS} without a trailing slash`, example);
}

/** Identifies an app and is not secret: a client id. */
export function credential(example: string) {
  return headerSafe(example)
    .optional()
    .meta({ kind: 'credential' satisfies Kind });
}

/** Redacted from everything printed; can also be read from the file that `NAME_FILE` names. */
export function secret(example: string) {
  return asSecret(headerSafe(example).optional());
}

/** As `secret`, for `connect` alone: no run is given it. */
export function loginSecret(example: string) {
  return headerSafe(example)
    .optional()
    .meta({ kind: 'loginSecret' satisfies Kind });
}

/** Marks a variable as `secret` does. */
export function asSecret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ kind: 'secret' satisfies Kind });
}

/** The names of the variables of the given kinds. */
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
  return isHttp(text) && isConfidential(new URL(text)) && !text.endsWith('/') && !/[?#]/.test(text);
}
