import { createClient, type WebSocketLikeConstructor } from '@supabase/supabase-js';
import { WebSocket } from 'ws';
import { CallTooLarge, CollectError } from '../../errors.js';
import { storeError } from '../database-error.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';

const TIMEOUT_MS = 60_000;
const SCHEMA_FIX =
  'Run `analytics-collect schema` and paste its output into the SQL editor of the Supabase dashboard, or set DATABASE_URL to the project’s database as well and run `analytics-collect schema --apply`.';

/** With these, whatever is not a Supabase project refuses a call. Other answers without a code come from a gateway in trouble. */
const WRONG_ADDRESS = [400, 403, 404, 405];

export interface SupabaseOptions {
  readonly url: string;
  readonly serviceRoleKey: string;
}

/** Opens a Supabase project through its REST interface. Nothing is sent before the first call. */
export async function openSupabaseStore({ url, serviceRoleKey }: SupabaseOptions): Promise<Store> {
  const description = `Supabase at ${new URL(url).host}`;
  const client = createClient(url, serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }) },
    // Realtime is not used, but the client needs a WebSocket, which Node has only from 22 on. The cast is needed because the two
    // packages declare one interface with different types for an event's target.
    realtime: { transport: WebSocket as unknown as WebSocketLikeConstructor },
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
function supabaseError(error: { code?: string; message: string }, status: number, description: string): CollectError {
  if (status === 401 || error.code === '42501') {
    return new CollectError(
      'store_refused',
      `${description} refused the service role key [${error.code || status}].`,
      'Set SUPABASE_SERVICE_ROLE_KEY to the service role (secret) key of this project, not the anonymous one.',
    );
  }
  if (status === 413) {
    return new CallTooLarge(
      `${description} refused a call as too large [413].`,
      'Raise the limit of the gateway in front of it.',
    );
  }
  const told = error.code ? storeError(error, { description, setting: 'SUPABASE_URL', schemaFix: SCHEMA_FIX }) : null;
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

function reasonOf({ message }: { message: string }, status: number): string {
  if (status === 0) return 'no answer';
  return /^\s*</.test(message) ? `HTTP ${status}, with a web page` : `HTTP ${status}`;
}
