import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { isLoopback } from '../../loopback.js';

const LONGEST_ADDRESS = 64;

/**
 * Who a limit counts against. A proxy on this machine appends the address of its caller to `X-Forwarded-For`; what came before that
 * is the caller's own claim, as is the whole header from anywhere else.
 */
export function clientOf(c: Context): string {
  const peer = getConnInfo(c).remote.address ?? 'unknown';
  const forwarded = isLoopback(peer.replace(/^::ffff:/, '')) ? c.req.header('x-forwarded-for') : undefined;
  return forwarded?.split(',').at(-1)?.trim().slice(0, LONGEST_ADDRESS) || peer;
}

/** Whether the browser reached the proxy over https. Who claims it falsely only gets a cookie that does not come back. */
export function isOverHttps(c: Context): boolean {
  return /^https\b/i.test(c.req.header('x-forwarded-proto') ?? '');
}

/** Whether a form comes from a page of this server; behind a proxy, only the proxy knows whether that is https. */
export function isOwnOrigin(origin: string, c: Context): boolean {
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host');
}
