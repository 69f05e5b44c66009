import { z } from 'zod';
import type { AppOptions } from '../app.js';
import { type CollectOptions, DEFAULT_OPTIONS } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { CollectError } from '../errors.js';
import type { PlatformDefinition } from '../platforms/contract.js';
import { platformNames } from '../platforms/registry.js';
import type { Environment } from '../variables.js';

const MAX_CONCURRENCY = 1000;
const MAX_DAYS = 730;
const MAX_SHARDS = 1024;

const isFunction = (value: unknown) => typeof value === 'function';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const whole = (min: number, max: number) => {
  const mistake = `must be a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  return z.number(mistake).int(mistake).min(min, mistake).max(max, mistake);
};
const yesOrNo = z.boolean('must be true or false');
const text = z.string('must be a string').trim().min(1, 'must not be empty');
const date = z.iso.date('must be a date of the calendar, YYYY-MM-DD');
const days = whole(1, MAX_DAYS);
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
  'is none of { kind: "lookback", days }, { kind: "day", date } and { kind: "dates", since, until }',
);

const Selection = z.discriminatedUnion(
  'kind',
  [
    object({ kind: z.literal('all') }),
    object({ kind: z.literal('user'), userId: text }),
    object({ kind: z.literal('shard'), index: whole(1, MAX_SHARDS), count: whole(1, MAX_SHARDS) }).refine(
      ({ index, count }) => index <= count,
      'must have an index from 1 to its count',
    ),
  ],
  'is none of { kind: "all" }, { kind: "user", userId } and { kind: "shard", index, count }',
);

const Limits = object({
  maxRequests: whole(1, 100_000_000),
  maxDurationMs: whole(1, 86_400_000),
  maxWaitMs: whole(0, 86_400_000),
});

const APP = {
  sandbox: z.exactOptional(z.enum(['healthy', 'faulty', 'late'], 'must be "healthy", "faulty" or "late"')),
  keptSandbox: z.exactOptional(z.enum(['create', 'existing'], 'must be "create" or "existing"')),
  environment: z.exactOptional(z.custom<Environment>(isObject, 'must be an object of variables')),
  now: z.exactOptional(z.custom<() => Date>(isFunction, 'must be a function')),
  onToken: z.exactOptional(z.custom<(token: string) => void>(isFunction, 'must be a function')),
  ownPlatforms: z.exactOptional(
    z.array(z.custom<PlatformDefinition>(isObject, 'must be a platform'), 'must be an array'),
  ),
  defaultStore: z.exactOptional(
    z.enum(['create', 'existing', 'connected'], 'must be "create", "existing" or "connected"'),
  ),
};

const RUN = {
  selection: Selection.default(DEFAULT_OPTIONS.selection),
  platforms: z.exactOptional(z.array(text, 'must be an array').min(1, 'must name a platform')),
  window: Window.default(DEFAULT_OPTIONS.window),
  backlog: whole(0, MAX_DAYS).default(DEFAULT_OPTIONS.backlog),
  concurrency: whole(1, MAX_CONCURRENCY).default(DEFAULT_OPTIONS.concurrency),
  refresh: yesOrNo.default(DEFAULT_OPTIONS.refresh),
  adopt: yesOrNo.default(DEFAULT_OPTIONS.adopt),
  allowEmpty: z.exactOptional(yesOrNo),
  dryRun: yesOrNo.default(DEFAULT_OPTIONS.dryRun),
  limits: Limits.default(DEFAULT_OPTIONS.limits),
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).default(() => new AbortController().signal),
  trigger: text.default('library'),
};

const AppSchema = object(APP);
const StatusSchema = object({ ...APP, days: days.default(DEFAULT_LOOKBACK_DAYS) });
const CollectSchema = object({ ...APP, ...RUN }).superRefine(({ platforms = [], ownPlatforms = [] }, context) => {
  const known = [...platformNames, ...ownPlatforms.map(({ name }) => name)];
  const unknown = platforms.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `has "${unknown}", which is none of ${known.join(', ')}`;
  context.addIssue({ code: 'custom', path: ['platforms'], message });
});

/** Throws `CollectError` `usage` for options that `openApp` does not take. */
export function parseAppOptions(options: AppOptions): AppOptions {
  return parse(AppSchema, options);
}

/** Fills in the defaults of a run. Throws `CollectError` `usage` for options that `collect` does not take. */
export function parseCollectOptions(options: Partial<CollectOptions> & AppOptions): CollectOptions & AppOptions {
  return parse(CollectSchema, options);
}

/** Fills in the default of `days`. Throws `CollectError` `usage` for options that `status` does not take. */
export function parseStatusOptions(options: { readonly days?: number } & AppOptions): { days: number } & AppOptions {
  return parse(StatusSchema, options);
}

/** An option that is undefined is not given. */
function parse<T>(schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(
    isObject(options)
      ? Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
      : options,
  );
  if (parsed.success) return parsed.data;
  throw new CollectError(
    'usage',
    parsed.error.issues.map(sentence).join(' '),
    'The types CollectOptions and AppOptions say what each option takes.',
    { cause: parsed.error },
  );
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...issue.path, key].join('.'));
    return `There is no option ${names.join(' or ')}.`;
  }
  const subject = issue.path.length === 0 ? 'The options' : `The option ${issue.path.join('.')}`;
  return `${subject} ${issue.message}.`;
}
