import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { type Part, readValues } from '../shared/parts.js';
import { whatIsWrong } from '../shared/shape.js';
import { CLOSING } from './metrics.js';

const answer = z.looseObject({ id: z.string().nullish(), username: z.string().nullish() });

/** The account that a token was given for. */
export interface Profile {
  readonly id: string | null;
  readonly username: string | null;
  readonly closing: Part;
  /** Whether its id and user name show that it is not the account that the connection names. */
  isOther(accountId: string): boolean;
}

/** Throws `PlatformError`. */
export function profileFrom(json: unknown): Profile {
  const parsed = answer.safeParse(json);
  if (!parsed.success) throw new PlatformError('unexpected_response', `user_account: ${whatIsWrong(parsed.error)}`);
  const { id, username } = parsed.data;
  const names = [id, username].filter((name) => name !== null && name !== undefined);
  return {
    id: id ?? null,
    username: username ?? null,
    closing: readValues(
      parsed.data,
      CLOSING.map(({ name }) => name),
    ),
    isOther: (accountId) => names.length > 0 && !names.some((name) => name.toLowerCase() === accountId.toLowerCase()),
  };
}
