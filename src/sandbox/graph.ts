import type { SandboxAccount } from './account.js';
import type { SandboxDay } from './days.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { World } from './world.js';

/** What a Graph error may have in addition to its code and message. */
interface GraphErrorDetail {
  readonly status?: number;
  readonly type?: string;
  readonly subcode?: number;
  readonly transient?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function graphError(code: number | string, message: string, detail: GraphErrorDetail = {}): Reply {
  return {
    status: detail.status ?? 400,
    ...(detail.headers && { headers: detail.headers }),
    body: {
      error: {
        message,
        type: detail.type ?? 'OAuthException',
        ...(detail.transient !== undefined && { is_transient: detail.transient }),
        code,
        ...(detail.subcode !== undefined && { error_subcode: detail.subcode }),
        fbtrace_id: 'AsandboxTrace0000000000',
      },
    },
  };
}

/** The answer to a request for a metric that is broken for the account. */
export function brokenMetric(metrics: readonly string[], account: SandboxAccount, world: World): Reply | undefined {
  const { fault } = account;
  if (fault?.kind !== 'broken_metric' || !metrics.includes(fault.metric) || !world.meets(account, fault.kind))
    return undefined;
  return graphError(-1, '(#-1) An unexpected error has occurred. Please retry your request later.', { status: 500 });
}

/** `id,name,page{id,username}` -> `[['id', []], ['name', []], ['page', ['id', 'username']]]`; a Graph error for an invalid list. */
function parseFields(text: string): [name: string, nested: string[]][] | Reply {
  const fields: [string, string[]][] = [];
  if (text !== '' && !/^\w+(\{\w+(,\w+)*\})?(,\w+(\{\w+(,\w+)*\})?)*$/.test(text)) {
    return graphError(2500, `Syntax error "Expected name." in the field list: ${text}`);
  }
  for (const [, name = '', nested] of text.matchAll(/(\w+)(?:\{([^}]*)\})?/g)) {
    fields.push([name, nested ? nested.split(',') : []]);
  }
  return fields;
}

/** The requested fields of a node, without absent ones, and always `id`; an error for a field that does not exist. */
export function pickFields(text: string, nodeType: string, values: Readonly<Record<string, unknown>>): Reply {
  const fields = parseFields(text);
  if (!Array.isArray(fields)) return fields;
  const body: Record<string, unknown> = {};
  for (const [name, nested] of fields) {
    if (!(name in values)) {
      return graphError(100, `(#100) Tried accessing nonexisting field (${name}) on node type (${nodeType})`);
    }
    const value = values[name];
    if (value !== undefined) body[name] = nested.length > 0 ? onlyKeys(value, nested) : value;
  }
  return { status: 200, body: { ...body, id: values.id } };
}

function onlyKeys(value: unknown, keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key === 'id' || keys.includes(key)));
}

/** `2026-07-02T07:00:00+0000` */
export function graphTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+0000`;
}

const words = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  weekday: 'long',
  day: '2-digit',
  month: 'short',
  year: '2-digit',
  timeZoneName: 'short',
});

/** The first instant of a day, as errors write it: `Thursday, 29-Oct-26 00:00:00 PDT`. */
export function graphDay({ start }: SandboxDay): string {
  const part = Object.fromEntries(words.formatToParts(start).map(({ type, value }) => [type, value]));
  return `${part.weekday}, ${part.day}-${part.month}-${part.year} 00:00:00 ${part.timeZoneName}`;
}

/** The index of the oldest day in Los Angeles for which insights are available. */
export function oldestDayIndex(today: SandboxDay): number {
  return today.index - 729;
}

/** Marks the addresses in `paging`, so that tests notice when one is followed. */
export const PAGED_MARK = '__paged';

/** Like the real ones, the addresses hold the token: they must be neither followed nor logged. */
export function paging(request: SandboxRequest, token: string, since: number, until: number): object {
  const address = (shift: number) =>
    `${request.base}${request.path}?access_token=${token}&${PAGED_MARK}=1&metric=${request.query.get('metric')}` +
    `&since=${Math.floor((since + shift) / 1000)}&until=${Math.floor((until + shift) / 1000)}`;
  const width = until - since;
  return { previous: address(-width), next: address(width) };
}
