import type { FaultOf, SandboxAccount } from './account.js';
import type { Reply } from './reply.js';
import type { World } from './world.js';

/** How a platform answers the faults that differ by platform. */
export interface Refusals {
  dead_token(fault: FaultOf<'dead_token'>): Reply;
  missing_permission(): Reply;
  throttled(fault: FaultOf<'throttled'>): Reply;
  server_error(fault: FaultOf<'server_error'>): Reply;
}

const HTML = '<!DOCTYPE html><html><head><title>Sorry</title></head><body>Something went wrong.</body></html>';
const HTML_HEADERS = { 'content-type': 'text/html; charset=utf-8' };

/** The answer that an account's fault produces instead of the platform's; undefined if the request goes through. */
export function faultReply(account: SandboxAccount, world: World, refusals: Refusals): Reply | undefined {
  if (!account.fault) return undefined;
  const dead = world.meets(account, 'dead_token');
  if (dead) return refusals.dead_token(dead);
  if (world.meets(account, 'missing_permission')) return refusals.missing_permission();
  const throttled = world.meets(account, 'throttled');
  if (throttled) return refusals.throttled(throttled);
  const serverError = world.meets(account, 'server_error');
  if (serverError) return refusals.server_error(serverError);
  if (world.meets(account, 'error_in_200')) return { ...refusals.server_error({ kind: 'server_error' }), status: 200 };
  if (world.meets(account, 'api_down')) return { status: 503, body: HTML, headers: HTML_HEADERS };
  if (world.meets(account, 'html')) return { status: 200, body: HTML, headers: HTML_HEADERS };
  if (world.meets(account, 'stall')) return { status: 0, body: '', silence: 'stall' };
  if (world.meets(account, 'reset')) return { status: 0, body: '', silence: 'reset' };
  return undefined;
}

/** A good answer, distorted by the account's fault. */
export function distorted(account: SandboxAccount, world: World, reply: Reply): Reply {
  if (!account.fault || reply.status !== 200) return reply;
  if (world.meets(account, 'truncated_json')) {
    const text = JSON.stringify(reply.body);
    return { ...reply, body: text.slice(0, Math.floor(text.length / 2)) };
  }
  if (world.meets(account, 'wrong_types')) return { ...reply, body: mapNumbers(reply.body, () => 'many') };
  if (world.meets(account, 'numbers_as_strings')) return { ...reply, body: mapNumbers(reply.body, String) };
  if (world.meets(account, 'unknown_fields')) return { ...reply, body: withExtraKeys(reply.body) };
  if (world.meets(account, 'missing_fields')) return { ...reply, body: withoutSomeValues(reply.body) };
  return reply;
}

function mapObject(node: object, change: (value: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value, key)]));
}

function mapNumbers(node: unknown, change: (value: number) => unknown): unknown {
  if (typeof node === 'number') return change(node);
  if (Array.isArray(node)) return node.map((item) => mapNumbers(item, change));
  return typeof node === 'object' && node !== null ? mapObject(node, (value) => mapNumbers(value, change)) : node;
}

function withExtraKeys(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withExtraKeys);
  if (typeof node !== 'object' || node === null) return node;
  return { ...mapObject(node, withExtraKeys), sandbox_extra: { since: 'yesterday', list: [null] } };
}

/** The keys that hold a platform's values; recorded answers exist without the first two. */
const VALUE_KEYS = [
  'value',
  'end_time',
  'total_value',
  'followerGains',
  'totalPageStatistics',
  'totalShareStatistics',
  'metrics',
  'video_views',
];

function withoutSomeValues(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item, i) => withoutSomeValues(i % 2 === 1 ? withoutValue(item) : item));
  return typeof node === 'object' && node !== null ? mapObject(node, withoutSomeValues) : node;
}

/** A row of a table loses a number but keeps its columns. */
function withoutValue(item: unknown): unknown {
  if (Array.isArray(item)) return item.with(item.findLastIndex(Number.isFinite), null);
  if (typeof item !== 'object' || item === null) return item;
  const lost = VALUE_KEYS.find((key) => key in item);
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== lost));
}
