import { z } from 'zod';
import { CollectError } from '../errors.js';
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
}

const AGAIN = 'Run the command again; data that was already written is kept.';

/** SQLSTATEs, Node's network error codes and PostgREST's codes, by what an operator can do about them. */
const CODES = {
  schema_missing: new Set(['42883', '42P01', '42703', 'PGRST202', 'PGRST205']),
  store_refused: new Set(['28P01', '28000', '3D000', '0A000', 'PGRST301', 'PGRST302', 'PGRST303']),
  store_unreachable: new Set([
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
    ...['57P01', '57P02', '57P03', '57014', '53300', '08000', '08001', '08003', '08004', '08006'],
    // Serialization failure, deadlock, lock not available: a retry may succeed.
    ...['40001', '40P01', '55P03'],
    ...['PGRST000', 'PGRST001', 'PGRST002', 'PGRST003'],
  ]),
};

const INSUFFICIENT_PRIVILEGE = '42501';
const CERTIFICATE = /CERT|UNABLE_TO_(GET|VERIFY)|_IN_CHAIN$|^ERR_TLS/;
const NO_TLS = 'The server does not support SSL connections';

/** Whether a code is that of a certificate that Node.js does not accept. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE.test(code);
}

/**
 * Turns an error of a database, its driver or its REST interface into a `CollectError`. Only the code and the first line of the
 * message are included: PostgreSQL's details and hints quote rows, and rows hold tokens.
 */
export function storeError(thrown: unknown, place: Place): CollectError {
  if (thrown instanceof CollectError) return thrown;
  const { description, setting, schemaFix, grantsFix = schemaFix } = place;
  const parsed = databaseError.safeParse(thrown);
  if (!parsed.success) {
    // pg has no code for a connection that timed out or was terminated.
    const why = thrown instanceof Error ? firstLine(thrown.message) : 'no reason given';
    if (why === NO_TLS)
      return new CollectError(
        'store_refused',
        `${description} does not offer TLS, and passwords and tokens are not sent in clear to another machine.`,
        `Switch on ssl in the server, or, if you trust the network between, append sslmode=disable to ${setting}.`,
      );
    return /timeout|terminated|timed out/i.test(why)
      ? new CollectError(
          'store_unreachable',
          `Cannot reach ${description} (${why}).`,
          `Check ${setting} and that the database is running.`,
        )
      : new CollectError('store_failed', `A query to ${description} failed (${why}).`, AGAIN);
  }

  const { code, message } = parsed.data;
  const why = `${told(code, message)} [${code}]`;
  if (CODES.schema_missing.has(code)) {
    return new CollectError(
      'schema_missing',
      `The schema is missing or incomplete in ${description}: ${why}.`,
      schemaFix,
    );
  }
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new CollectError('store_refused', `Grants are missing in ${description}: ${why}.`, grantsFix);
  }
  if (isCertificateCode(code)) return certificateRefused(why, place);
  if (CODES.store_refused.has(code)) {
    return new CollectError('store_refused', `Access to ${description} was refused: ${why}.`, `Check ${setting}.`);
  }
  if (CODES.store_unreachable.has(code)) {
    const fix = `Check ${setting} and that the database is running.`;
    return new CollectError('store_unreachable', `Cannot reach ${description}: ${why}.`, fix);
  }
  // Data exceptions, constraint violations, duplicate keys: the rows are at fault, not the database.
  if (/^(22|23|21)/.test(code)) {
    return new CollectError(
      'store_failed',
      `Cannot write a row to ${description}: ${why}.`,
      'Check the column types, constraints and triggers of that table.',
    );
  }
  return new CollectError('store_failed', `A query to ${description} failed: ${why}.`, AGAIN);
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
