import { PostgrestClient } from '@supabase/postgrest-js';
import { CollectError } from '../../errors.js';
import { storeError } from '../database-error.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';

const TIMEOUT_MS = 60_000;
const SCHEMA_FIX =
  'Run `analytics-collect schema` and paste its output into the SQL editor of the Supabase dashboard, or set DATABASE_URL to the project’s database as well and run `analytics-collect schema --apply`.';

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
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }),
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

/** The HTTP status is checked first, because a gateway in front of the database answers in HTML, without a code. */
function supabaseError(error: { code?: string; message: string }, status: number, description: string): CollectError {
  if (status === 401 || error.code === '42501') {
    return new CollectError(
      'store_refused',
      `${description} refused the service role key [${error.code || status}].`,
      'Set SUPABASE_SERVICE_ROLE_KEY to the service role (secret) key of this project, not the anonymous one.',
    );
  }
  if (status === 0 || status >= 502) {
    return new CollectError(
      'store_unreachable',
      `Cannot reach ${description} (${status === 0 ? 'no answer' : `HTTP ${status}`}).`,
      'Check SUPABASE_URL and that the project is not paused.',
    );
  }
  if (!error.code) {
    return new CollectError(
      'store_refused',
      `${description} answered HTTP ${status}, which is not how a Supabase project answers.`,
      'Check SUPABASE_URL: it must be the project’s own address, such as https://abc.supabase.co.',
    );
  }
  return storeError(error, { description, setting: 'SUPABASE_URL', schemaFix: SCHEMA_FIX });
}
