import { z } from 'zod';
import { CollectError, type ErrorCode, RowRefused } from '../errors.js';
import { shorten } from '../text.js';

const LONGEST_CODE = 50;
const databaseError = z.object({
  code: z.string().transform((code) => shorten(code, LONGEST_CODE)),
  message: z.string().default(''),
});

/** How error messages refer to the database. */
export interface Place {
  /** As in `Store.description`. */
  readonly description: string;
  /** The environment variable to check. */
  readonly setting: string;
  readonly schemaFix: string;
  /** What to do about missing grants. Default: `schemaFix`. */
  readonly grantsFix?: string;
  /** Whether the database runs in this process, on this machine's disk. */
  readonly isEmbedded?: boolean;
}

const AGAIN = 'Run the command again; data that was already written is kept.';

/** Node's error codes, PostgREST's codes and SQLSTATEs or their classes, by what an operator can do about them. */
const KINDS = {
  schema_missing: /^(42883|42P01|42703|PGRST202|PGRST205)$/,
  store_refused: /^(28...|3D000|0A000|PGRST30[123])$/,
  grants_missing: /^42501$/,
  certificate: /CERT|UNABLE_TO_(GET|VERIFY)|_IN_CHAIN$|^ERR_TLS/,
  disk_full: /^ENOSPC$/,
  host_exhausted: /^(EMFILE|ENFILE)$/,
  // statement_timeout and lock_timeout.
  store_slow: /^(57014|55P03)$/,
  // Serialization failure, deadlock.
  store_conflict: /^(40001|40P01)$/,
  store_exhausted: /^53...$/,
  read_only: /^25006$/,
  store_unreachable:
    /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|57P..|08...|PGRST00[0123])$/,
  // Cardinality violations, data exceptions, constraint violations.
  row_refused: /^2[123]...$/,
} as const;

type Kind = keyof typeof KINDS;

const NO_TLS = 'The server does not support SSL connections';

/** Whether a code is that of a certificate that Node.js does not accept. */
export function isCertificateCode(code: string): boolean {
  return KINDS.certificate.test(code);
}

/**
 * Turns an error of a database, its driver or its REST interface into a `CollectError`. Only the code and the first line of the
 * message are included: PostgreSQL's details and hints quote rows, and rows hold tokens.
 */
export function storeError(thrown: unknown, place: Place): CollectError {
  if (thrown instanceof CollectError) return thrown;
  const parsed = databaseError.safeParse(thrown);
  if (!parsed.success) {
    // pg has no code for a connection that timed out or was terminated.
    const why = thrown instanceof Error ? firstLine(thrown.message) : 'no reason given';
    if (why === NO_TLS) return noTls(place);
    return errorOf(
      /timeout|terminated|timed out|establishing an SSL connection/i.test(why) ? 'store_unreachable' : null,
      why,
      place,
    );
  }
  const { code, message } = parsed.data;
  return errorOf(kindOf(code, place), `${told(code, message)} [${code}]`, place);
}

function kindOf(code: string, { isEmbedded = false }: Place): Kind | null {
  if (isEmbedded && code === '53100') return 'disk_full';
  return (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind].test(code)) ?? null;
}

function errorOf(kind: Kind | null, why: string, place: Place): CollectError {
  const { description, setting, schemaFix, grantsFix = schemaFix } = place;
  const error = (code: ErrorCode, what: string, fix: string) => new CollectError(code, `${what}: ${why}.`, fix);
  switch (kind) {
    case 'schema_missing':
      return error(kind, `The schema is missing or incomplete in ${description}`, schemaFix);
    case 'store_refused':
      return error(kind, `Access to ${description} was refused`, `Check ${setting}.`);
    case 'grants_missing':
      return error('store_refused', `Grants are missing in ${description}`, grantsFix);
    case 'certificate':
      return certificateRefused(why, place);
    case 'store_unreachable':
      return error(kind, `Cannot reach ${description}`, `Check ${setting} and that the database is running.`);
    case 'read_only':
      return error(
        'store_unreachable',
        `${description} takes no writes, as during a failover`,
        `If it stays so, set ${setting} to the primary server.`,
      );
    case 'store_slow':
      return error(
        kind,
        `${description} took too long`,
        'Another session may hold a lock, or the database has too much to do: see pg_stat_activity. Data that was already written is kept.',
      );
    case 'store_conflict':
      return error(kind, `Other sessions write the same rows of ${description}`, AGAIN);
    case 'store_exhausted':
      return error(kind, `${description} has no more disk space, memory or connections`, 'Free some on its server.');
    case 'host_exhausted':
      return error(
        kind,
        'This machine lets the process open no more files',
        'Raise the limit (`ulimit -n`), or lower --concurrency.',
      );
    case 'disk_full':
      return error(kind, `The disk of this machine is full, so ${description} cannot write`, 'Free some space.');
    case 'row_refused':
      return rowRefused(description, why);
    case null:
      return error('store_failed', `A query to ${description} failed`, AGAIN);
  }
}

export function rowRefused(description: string, why: string): RowRefused {
  return new RowRefused(
    `Cannot write a row to ${description}: ${why}.`,
    'Check the column types, constraints and triggers of that table.',
  );
}

function noTls({ description, setting }: Place): CollectError {
  return new CollectError(
    'store_refused',
    `${description} does not offer TLS, and passwords and tokens are not sent unencrypted to another machine.`,
    `Switch on ssl in the server, or, if you trust the network between, append sslmode=disable to ${setting}.`,
  );
}

function certificateRefused(why: string, { description, setting }: Place): CollectError {
  const trusted =
    setting === 'DATABASE_URL'
      ? 'sslrootcert in DATABASE_URL (sslrootcert=/path/ca.pem) or in NODE_EXTRA_CA_CERTS'
      : 'NODE_EXTRA_CA_CERTS';
  return new CollectError(
    'store_refused',
    `The certificate of ${description} is not accepted: ${why}.`,
    `Name the file with the certificate of its authority in ${trusted}, and check the host in ${setting}.`,
  );
}

/** Errors of class 22 (invalid values) quote the value at the end of their message. */
function told(code: string, message: string): string {
  const line = firstLine(message);
  return code.startsWith('22') ? line.replace(/:? ".*$/, '') : line;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
