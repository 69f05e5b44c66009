import { PlatformError } from '../../errors.js';

const PAGE = /^(?:urn:li:organization:)?(\d{1,19})$/;
/** By URN, or by the opaque id that LinkedIn gives a member in each app. */
const PERSON = /^(?:urn:li:(?:person|member):.*|(?=.*[A-Za-z])[\w-]{1,64})$/;

/** What an `account_id` stands for: a page, by its percent-encoded URN, or a person. Throws `PlatformError` for anything else. */
export function pageOf(
  accountId: string,
): { readonly kind: 'page'; readonly id: string; readonly urn: string } | { readonly kind: 'person' } {
  const id = PAGE.exec(accountId)?.[1];
  if (id !== undefined) return { kind: 'page', id, urn: encodeURIComponent(`urn:li:organization:${id}`) };
  if (PERSON.test(accountId)) return { kind: 'person' };
  throw new PlatformError(
    'configuration',
    'the account id is not that of a LinkedIn page (a number, or urn:li:organization: and a number); correct the account id',
    'connection',
  );
}
