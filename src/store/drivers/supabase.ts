import { PostgrestClient } from '@supabase/postgrest-js';
import { CallTooLarge, CollectError } from '../../errors.js';
import { isCertificateCode, type Place, storeError } from '../database-error.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';

const TIMEOUT_MS = 60_000;
const SCHEMA_FIX =
  'Run `analytics-collect schema` and paste its output into the SQL editor of the Supabase dashboard, or set DATABASE_URL to the project’s database as well and run `analytics-collect schema --apply`.';

const GRANTS_FIX = `Apply the schema again, which gives the service role its grants. ${SCHEMA_FIX}`;
/** With these, whatever is not a Supabase project refuses a call. Other answers without a code come from a gateway in trouble. */
const WRONG_ADDRESS = [400, 403, 404, 405];

interface RestError {
  readonly code?: string;
  readonly message: string;
  readonly details?: string | null;
}

export interface SupabaseOptions {
  readonly url: string;
  readonly serviceRoleKey: string;
}

/** Opens a Supabase project through its REST interface. Nothing is sent before the first call. */
export async function openSupabaseStore({ url, serviceRoleKey }: SupabaseOptions): Promise<Store> {
  const description = `Supabase at ${new URL(url).host}`;
  // The part of Supabase's client that calls functions: the others would take longer to load than all of this program.
  const client = new PostgrestClient(new URL('rest/v1', url.endsWith('/') ? url : `${url}/`).href, {
    headers: { apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` },
    // A redirect is an answer like any other, and not followed: it would take the key to another host.
    fetch: (input, init) => fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) }),
  });

  return sqlStore({
    description,
    schemaFix: SCHEMA_FIX,
    async call(functionName, args) {
      const { data, error, status } = await client.rpc(functionName, args);
      if (error) throw supabaseError(error, status, description);
      return data;
    },
    async applySchema() {
      throw new CollectError('usage', `Cannot apply the schema to ${description} over its REST interface.`, SCHEMA_FIX);
    },
    async close() {},
  });
}

/** Without a code, a gateway in front of the database has answered, often with a web page. */
function supabaseError(error: RestError, status: number, description: string): CollectError {
  const place: Place = { description, setting: 'SUPABASE_URL', schemaFix: SCHEMA_FIX, grantsFix: GRANTS_FIX };
  // A role that is known but lacks a grant gets a 403.
  if (status === 401) {
    return new CollectError(
      'store_refused',
      `${description} refused the service role key [${status}].`,
      'Set SUPABASE_SERVICE_ROLE_KEY to the service role (secret) key of this project, not the anonymous one.',
    );
  }
  if (status >= 300 && status < 400) {
    return new CollectError(
      'store_refused',
      `${description} redirects to another address (HTTP ${status}), where the service role key is not sent.`,
      'Check SUPABASE_URL: it must be the project’s own address, such as https://abc.supabase.co.',
    );
  }
  if (status === 413) {
    return new CallTooLarge(
      `${description} refused a call as too large [413].`,
      'Raise the limit of the gateway in front of it.',
    );
  }
  const cause = causeOf(error);
  if (status === 0 && isCertificateCode(cause)) return storeError({ code: cause, message: 'not trusted' }, place);
  const told = error.code ? storeError(error, place) : null;
  if (told !== null && told.code !== 'store_failed') return told;
  if (status === 0 || status === 429 || status >= 502 || (told === null && !WRONG_ADDRESS.includes(status))) {
    return new CollectError(
      'store_unreachable',
      `Cannot reach ${description} (${reasonOf(error, status)}).`,
      'Check SUPABASE_URL and that the project is not paused.',
    );
  }
  return (
    told ??
    new CollectError(
      'store_refused',
      `${description} answered HTTP ${status}, which is not how a Supabase project answers.`,
      'Check SUPABASE_URL: it must be the project’s own address, such as https://abc.supabase.co.',
    )
  );
}

function reasonOf({ message }: RestError, status: number): string {
  if (status === 0) return 'no answer';
  return /^\s*</.test(message) ? `HTTP ${status}, with a web page` : `HTTP ${status}`;
}

/** Why a request got no answer: the client puts the code of the network or TLS into its details. */
function causeOf({ details }: RestError): string {
  return /^Caused by: .*\((\w+)\)$/m.exec(details ?? '')?.[1] ?? '';
}
