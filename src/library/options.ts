import { z } from 'zod';
import type { AppOptions } from '../app.js';
import { DAY_MS } from '../clock.js';
import { BOUNDS, type CollectOptions, DEFAULTS } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import type { ConnectionInput } from '../connections.js';
import { nearest } from '../edit-distance.js';
import { CollectError } from '../errors.js';
import { platformNames } from '../platforms/registry.js';
import type { OnEvent } from '../report/events.js';
import { SANDBOX_PLATFORMS } from '../sandbox/account.js';
import { SANDBOX_KINDS, type SandboxKind } from '../sandbox/kinds.js';
import { formatNumber } from '../text.js';
import type { Environment } from '../variables.js';
import { checkedPlatform } from './own-platform.js';
import type { SandboxOptions } from './sandbox.js';

const isFunction = (value: unknown) => typeof value === 'function';
const isEnvironment = (value: unknown) =>
  isObject(value) && Object.values(value).every((each) => each === undefined || typeof each === 'string');
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const func = <T>() => z.custom<T>(isFunction, 'must be a function');
const whole = ({ min, max }: { readonly min: number; readonly max: number }) => {
  const mistake = `must be a whole number from ${formatNumber(min)} to ${formatNumber(max)}`;
  return z.number(mistake).int(mistake).min(min, mistake).max(max, mistake);
};
const RATE = `must be a number from ${BOUNDS.rate.min} to ${formatNumber(BOUNDS.rate.max)}`;
const rate = z.number(RATE).min(BOUNDS.rate.min, RATE).max(BOUNDS.rate.max, RATE);
const yesOrNo = z.boolean('must be true or false');
const text = z.string('must be a string').trim().min(1, 'must not be empty');
const date = z.iso.date('must be a valid date (YYYY-MM-DD)');
const days = whole(BOUNDS.days);
const object = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape, 'must be an object');

const Window = z.discriminatedUnion(
  'kind',
  [
    object({ kind: z.literal('lookback'), days }),
    object({ kind: z.literal('day'), date }),
    object({ kind: z.literal('dates'), since: date, until: z.exactOptional(date) }).refine(
      ({ since, until = since }) => since <= until,
      'must not end before it begins',
    ),
  ],
  'must be one of { kind: "lookback", days }, { kind: "day", date } and { kind: "dates", since, until }',
);

const Selection = z.discriminatedUnion(
  'kind',
  [
    object({ kind: z.literal('all') }),
    object({ kind: z.literal('user'), userId: text }),
    object({ kind: z.literal('shard'), index: whole(BOUNDS.shards), count: whole(BOUNDS.shards) }).refine(
      ({ index, count }) => index <= count,
      'must have an index from 1 to its count',
    ),
  ],
  'must be one of { kind: "all" }, { kind: "user", userId } and { kind: "shard", index, count }',
);

const Limits = object({
  maxRequests: z.exactOptional(whole(BOUNDS.maxRequests)),
  maxDurationMs: whole({ min: 1, max: DAY_MS }),
  maxWaitMs: whole({ min: 0, max: DAY_MS }),
});

const APP = {
  sandbox: z.exactOptional(z.enum(SANDBOX_KINDS, `must be one of ${SANDBOX_KINDS.join(', ')}`)),
  keptSandbox: z.exactOptional(z.enum(['create', 'existing'], 'must be "create" or "existing"')),
  environment: z.exactOptional(z.custom<Environment>(isEnvironment, 'must be an object whose values are strings')),
  now: z.exactOptional(func<() => Date>()),
  onToken: z.exactOptional(func<(token: string) => void>()),
  ownPlatforms: z.exactOptional(
    z
      .array(z.unknown(), 'must be an array')
      .transform((given) => given.map((each, index) => checkedPlatform(each, `The option ownPlatforms.${index}`))),
  ),
  defaultStore: z.exactOptional(
    z.enum(['create', 'existing', 'connected'], 'must be "create", "existing" or "connected"'),
  ),
};

const RUN = {
  selection: Selection.default(DEFAULTS.selection),
  platforms: z.exactOptional(z.array(text, 'must be an array').min(1, 'must name a platform')),
  window: Window.default(DEFAULTS.window),
  backlog: whole(BOUNDS.backlog).default(DEFAULTS.backlog),
  concurrency: whole(BOUNDS.concurrency).default(DEFAULTS.concurrency),
  refresh: yesOrNo.default(DEFAULTS.refresh),
  adopt: yesOrNo.default(DEFAULTS.adopt),
  allowEmpty: z.exactOptional(yesOrNo),
  distributed: z.exactOptional(yesOrNo),
  dryRun: yesOrNo.default(DEFAULTS.dryRun),
  limits: Limits.default(DEFAULTS.limits),
  rates: z.exactOptional(z.record(z.string(), rate, 'must be an object')),
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).default(() => new AbortController().signal),
  trigger: text.default('library'),
};

const textOrNull = z.string('must be a string or null').nullable().default(null);
const instant = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'must be an ISO 8601 time with its zone, a date or null',
);

const Connection = object({
  userId: text,
  platform: text,
  accountId: text,
  accountName: textOrNull,
  accessToken: z.string('must be a string'),
  refreshToken: textOrNull,
  tokenExpiresAt: instant.nullable().default(null),
  check: yesOrNo.default(true),
});

const SandboxSchema = object({
  users: z.exactOptional(whole({ min: 1, max: 1_000_000 })),
  platforms: z.exactOptional(
    z
      .array(z.enum(SANDBOX_PLATFORMS, `must be one of ${SANDBOX_PLATFORMS.join(', ')}`), 'must be an array')
      .min(1, 'must name a platform'),
  ),
  fault: z.exactOptional(func<NonNullable<SandboxOptions['fault']>>()),
  latencyMs: z.exactOptional(whole({ min: 0, max: DAY_MS })),
});

/** Only a sandbox whose accounts do not change can be kept. */
const keeps = ({ sandbox, keptSandbox }: { readonly sandbox?: SandboxKind; readonly keptSandbox?: string }) =>
  keptSandbox === undefined || (sandbox !== undefined && sandbox !== 'late');
const KEEPS = { path: ['keptSandbox'], error: 'needs a sandbox other than "late"' };

const AppSchema = object(APP).refine(keeps, KEEPS);
const RunSchema = object(RUN);
const StatusSchema = object({ ...APP, days: days.default(DEFAULT_LOOKBACK_DAYS) }).refine(keeps, KEEPS);
const CollectSchema = object({ ...APP, ...RUN })
  .refine(keeps, KEEPS)
  .superRefine(({ platforms = [], rates = {}, ownPlatforms = [], distributed, selection }, context) => {
    if (distributed && selection.kind === 'shard') {
      context.addIssue({ code: 'custom', path: ['distributed'], message: 'cannot be combined with a shard' });
    }
    const known = [...platformNames, ...ownPlatforms.map(({ name }) => name)];
    for (const [option, names] of Object.entries({ platforms, rates: Object.keys(rates) })) {
      const unknown = names.find((name) => !known.includes(name));
      if (unknown === undefined) continue;
      const near = nearest(unknown, known, 2);
      const message = `contains "${unknown}", which is not one of ${known.join(', ')}${near === null ? '' : `; did you mean ${near}?`}`;
      context.addIssue({ code: 'custom', path: [option], message });
    }
  });

/** Throws `CollectError` `usage` for options that `openApp` does not accept. */
export function parseAppOptions(options: AppOptions): AppOptions {
  return parse(AppSchema, options);
}

/** Fills in the defaults of a run. Throws `CollectError` `usage` for options that `collect` does not accept. */
export function parseCollectOptions(options: Partial<CollectOptions> & AppOptions): CollectOptions & AppOptions {
  return parse(CollectSchema, options);
}

/** Throws `CollectError` `usage` for anything that is not an option of a run. */
export function parseRunOptions(run: Partial<CollectOptions>): Partial<CollectOptions> {
  return parse(RunSchema, run);
}

/** Fills in the default of `days`. Throws `CollectError` `usage` for options that `status` does not accept. */
export function parseStatusOptions(options: { readonly days?: number } & AppOptions): { days: number } & AppOptions {
  return parse(StatusSchema, options);
}

/** Throws `CollectError` `usage` for options that `startSandbox` does not accept. */
export function parseSandboxOptions(options: SandboxOptions): SandboxOptions {
  return parse(SandboxSchema, options);
}

/** Fills in the optional fields of a connection. Throws `CollectError` `usage` for anything else. */
export function parseConnection(connection: ConnectionInput): Required<ConnectionInput> {
  return parse(z.object({ connection: Connection }), { connection }, 'argument').connection;
}

/** Throws `CollectError` `usage` for anything that cannot receive events. */
export function parseOnEvent(onEvent: OnEvent): OnEvent {
  return parse(z.object({ onEvent: func<OnEvent>() }), { onEvent }, 'argument').onEvent;
}

/** Throws `CollectError` `usage` for anything that cannot be the id of a connection. */
export function parseId(id: string): string {
  return parse(z.object({ id: text }), { id }, 'argument').id;
}

/** An option that is undefined counts as not given. */
function parse<T>(schema: z.ZodType<T>, given: unknown, noun: 'option' | 'argument' = 'option'): T {
  const parsed = schema.safeParse(
    isObject(given) ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) : given,
  );
  if (parsed.success) return parsed.data;
  throw new CollectError(
    'usage',
    parsed.error.issues.map((issue) => sentence(issue, noun)).join(' '),
    `The types of analytics-collect say what each ${noun} takes.`,
    { cause: parsed.error },
  );
}

function sentence(issue: z.core.$ZodIssue, noun: string): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...issue.path, key].join('.'));
    return `There is no ${noun} ${names.join(' or ')}.`;
  }
  const subject = issue.path.length === 0 ? `The ${noun}s` : `The ${noun} ${issue.path.join('.')}`;
  return `${subject} ${issue.message}.`;
}
