import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { isLoopback } from '../../loopback.js';

const LONGEST_ADDRESS = 64;

/**
 * The client that a limit applies to. A proxy on this machine appends its caller's address to `X-Forwarded-For`; earlier entries,
 * and the header from elsewhere, can be forged.
 */
export function clientOf(c: Context): string {
  const peer = getConnInfo(c).remote.address ?? 'unknown';
  const forwarded = isLoopback(peer.replace(/^::ffff:/, '')) ? c.req.header('x-forwarded-for') : undefined;
  return forwarded?.split(',').at(-1)?.trim().slice(0, LONGEST_ADDRESS) || peer;
}

/** Whether the browser reached the proxy over https. A false claim only yields a cookie that is not sent back. */
export function isOverHttps(c: Context): boolean {
  return /^https\b/i.test(c.req.header('x-forwarded-proto') ?? '');
}

/** Whether a form comes from a page of this server; behind a proxy, only the proxy knows the scheme. */
export function isOwnOrigin(origin: string, c: Context): boolean {
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host');
}
