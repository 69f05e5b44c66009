import { PlatformError } from '../errors.js';
import { createRoutes } from './routes.js';

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
const LONGEST_PAUSE_MS = 2_000;

export interface Delivery {
  readonly url: string;
  readonly body: { readonly json: Readonly<Record<string, unknown>> } | { readonly text: string };
  /** Abort it to give up. */
  readonly signal?: AbortSignal | undefined;
}

/** How long each attempt, and the pause before the next one, may take. Tests use shorter times. */
export interface DeliveryTimes {
  readonly timeoutMs: number;
  readonly longestPauseMs: number;
}

/**
 * Posts to an address that is itself a secret, in up to three attempts. Never throws: returns null, or why delivery failed,
 * without any part of the address.
 */
export async function deliver(
  { url, body, signal }: Delivery,
  { timeoutMs, longestPauseMs }: DeliveryTimes = { timeoutMs: TIMEOUT_MS, longestPauseMs: LONGEST_PAUSE_MS },
): Promise<string | null> {
  const { default: got, HTTPError, RequestError } = await import('got');
  const routes = createRoutes();
  try {
    const { agent } = await routes.to(new URL(url));
    const { statusCode } = await got.post(url, {
      agent,
      ...('json' in body ? { json: body.json } : { body: body.text, headers: { 'content-type': 'text/plain' } }),
      ...(signal && { signal }),
      timeout: { request: timeoutMs },
      retry: { limit: ATTEMPTS - 1, methods: ['POST'], backoffLimit: longestPauseMs, maxRetryAfter: timeoutMs },
      // A redirect would turn the POST into a GET, or send the message to another address.
      followRedirect: false,
    });
    return statusCode < 300 ? null : `HTTP ${statusCode}`;
  } catch (error) {
    if (error instanceof HTTPError) return `HTTP ${error.response.statusCode}`;
    if (signal?.aborted) return 'cancelled';
    if (error instanceof PlatformError) return error.message;
    return error instanceof RequestError ? error.code : 'unexpected error';
  } finally {
    routes.destroy();
  }
}
