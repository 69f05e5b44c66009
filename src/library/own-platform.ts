import { z } from 'zod';
import { CollectError } from '../errors.js';
import { isConfidential } from '../loopback.js';
import type { Platform } from '../platforms/contract.js';
import type { PlatformDefinition } from '../platforms/definition.js';
import { SAFE_ADDRESS } from '../setting.js';
import { isTimeZone } from '../variables.js';

/**
 * A definition from outside, checked against its type at run time, like the platform that it creates. `origin` says in errors
 * where it comes from: `The plugin ./own.js`. Throws `CollectError` `usage`.
 */
export function checkedPlatform(given: unknown, origin: string): PlatformDefinition {
  expectShape<PlatformDefinition>(given, definitionShape, origin);
  return {
    ...given,
    create(variables) {
      const platform = created(origin, () => given.create(variables));
      expectShape<Platform>(platform, platformShape, origin);
      if (platform.name === given.name) return platform;
      throw new CollectError(
        'usage',
        `${origin} is named "${given.name}", but its platform is named "${platform.name}".`,
        'Give both the same name.',
      );
    },
  };
}

function created(origin: string, create: () => unknown): unknown {
  try {
    return create();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CollectError('usage', `${origin} fails in \`create\`: ${why}.`, 'Fix it.', { cause });
  }
}

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'is not a function');
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must consist of lower-case letters, digits and underscores');

const address = z
  .string()
  .refine((text) => URL.canParse(text) && isConfidential(new URL(text)), `is not an ${SAFE_ADDRESS}`);
const appCredential = z.object({ variable: z.string().min(1), value: z.string().nullable() });

const consentShape = z.object({
  provider: z.string().min(1),
  clientId: appCredential,
  clientSecret: appCredential,
  howToRegister: z.string().min(1),
  authorizationUrl: address,
  authorizationParameters: callable.optional(),
  scopes: z.array(z.string().min(1)).min(1),
  pkce: z.boolean(),
  redirects: z.enum(['loopback', 'registered', 'https']),
  tokenUrl: address,
  tokenRequest: callable.optional(),
  tokenAnswer: callable.optional(),
  whenNone: z.string().min(1),
  accounts: callable,
});

const platformShape = z.object({
  name,
  api: z.string().min(1),
  day: z.object({
    timeZone: z.string().refine(isTimeZone, 'is not a time zone'),
    settlesAfterHours: z.number().nonnegative(),
    reachDays: z.int().positive(),
    asks: z.enum(['range', 'day']),
  }),
  pace: z
    .record(
      z.string(),
      z.strictObject({
        perSecond: z.number().positive().optional(),
        overSeconds: z.number().positive().optional(),
        perDay: z.int().positive().optional(),
      }),
    )
    .optional(),
  metrics: z
    .array(
      z.object({
        name: z.string().min(1),
        apiName: z.string().min(1).optional(),
        unit: z.enum(['count', 'accounts', 'minutes', 'seconds', 'milliseconds', 'percent', 'ratio']),
        aggregate: z.enum(['sum', 'last', 'none']),
        period: z.enum(['day', 'week', 'days_28', 'lifetime']).optional(),
        aliasOf: z.string().optional(),
        approximate: z.literal(true).optional(),
        breaks: z
          .array(z.object({ from: z.iso.date(), until: z.iso.date().optional(), change: z.string().min(1) }))
          .optional(),
        main: z.string().min(1).optional(),
        meaning: z.string().min(1),
      }),
    )
    .min(1),
  reconciles: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('change'), level: z.string(), gained: z.string(), lost: z.string() }),
        z.strictObject({ kind: z.literal('split'), metric: z.string(), split: z.enum(['post_types', 'follow_types']) }),
      ]),
    )
    .optional(),
  version: z.object({ name: z.string(), endsOn: z.iso.date().nullable(), variable: z.string().nullable() }),
  needsToken: z.boolean().optional(),
  accountIdOf: callable.optional(),
  renewsTokens: z.boolean(),
  missingForRenewal: z.array(z.array(z.string())).optional(),
  consent: consentShape.optional(),
  accessEnds: callable.optional(),
  endsByDate: callable,
  storageRule: z.string().nullable(),
  collect: callable,
  check: callable,
});

const definitionShape = z.object({
  name,
  title: z.string().min(1),
  accountColumns: z.undefined('has no effect: the account is read from account_id or page_id').optional(),
  variables: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.instanceof(z.ZodType)),
  unrelatedVariables: z.array(z.string()).optional(),
  create: callable,
});

function expectShape<T>(given: unknown, shape: z.ZodType, origin: string): asserts given is T {
  const { error: cause } = shape.safeParse(given);
  if (cause === undefined) return;
  const lines = cause.issues.map(({ path, message }) => `  ${[path.join('.'), message].filter(Boolean).join(': ')}`);
  throw new CollectError(
    'usage',
    [`${origin} is not a platform:`, ...lines].join('\n'),
    'Create it with definePlatform: see docs/adding-a-platform.md.',
    { cause },
  );
}
