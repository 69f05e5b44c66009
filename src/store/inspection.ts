import { z } from 'zod';
import { storedConnection } from './account-answers.js';
import type { StoredConnection } from './accounts.js';
import type { Ask } from './function-call.js';
import { functionNames } from './schema.js';

/** How many connections of each platform are in the sample. */
const SAMPLE_SIZE = 20;

/** What the database says about itself and the connected role. */
export interface Inspection {
  /** PostgreSQL's: `17.2`. */
  readonly version: string;
  readonly role: string;
  /** False for a standby, or a database that is set to be read only. */
  readonly isWritable: boolean;
  /** Rights that the role lacks: `insert on collection_runs`. Without one that is not vital, only some commands fail. */
  readonly lacking: readonly { readonly right: string; readonly isVital: boolean }[];
  /** Functions of the schema that are missing. */
  readonly missing: readonly string[];
  /** Tables from which row level security may hide rows from the role. */
  readonly hidden: readonly string[];
  /** As in `AppliedSchema`. */
  readonly findings: readonly { readonly finding: string; readonly remedy: string }[];
  /** The cron expressions of the active pg_cron jobs with one of the given names; null where the role sees none. */
  readonly jobs: readonly string[] | null;
  /** Accounts that an active connection opens, by platform, collected or not. */
  readonly accounts: Readonly<Record<string, number>>;
  /** Some of the active connections of each platform. */
  readonly sample: readonly SampledConnection[];
}

export interface SampledConnection extends StoredConnection {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** Whether the account failed in the last run. */
  readonly isFailing: boolean;
}

const sampled = z
  .object({
    user_id: z.string(),
    platform: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    is_failing: z.boolean(),
  })
  .transform((row) => ({
    userId: row.user_id,
    platform: row.platform,
    accountId: row.account_id,
    accountName: row.account_name,
    isFailing: row.is_failing,
  }));

const inspectionAnswer = z
  .object({
    version: z.string(),
    role: z.string(),
    is_writable: z.boolean(),
    lacking: z.array(
      z
        .object({ right: z.string(), is_vital: z.boolean() })
        .transform((row) => ({ right: row.right, isVital: row.is_vital })),
    ),
    missing: z.array(z.string()),
    hidden: z.array(z.string()),
    findings: z.array(z.object({ finding: z.string(), remedy: z.string() })),
    jobs: z.array(z.string()).nullable(),
    accounts: z.record(z.string(), z.number()),
    sample: z.array(z.intersection(storedConnection, sampled)),
  })
  .transform(({ is_writable: isWritable, ...answer }) => ({ ...answer, isWritable }));

/** Carries out `Store.inspect`. */
export async function inspect(ask: Ask, jobs: readonly string[]): Promise<Inspection> {
  const args = { functions: await functionNames(), jobs, sample_size: SAMPLE_SIZE };
  return ask(inspectionAnswer, 'inspect_collection', args);
}
