import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { CollectError } from '../../errors.js';
import { isLoopback } from '../../loopback.js';

/** How a connection to PostgreSQL is encrypted. */
export interface Encryption {
  /** The address without what it says of TLS, since node-postgres reads that differently and warns about it on stderr. */
  readonly address: string;
  readonly ssl: false | ConnectionOptions;
  readonly sslnegotiation: 'postgres' | 'direct';
  /** What is not protected on the way; null if all is, or stays in this machine. */
  readonly warning: string | null;
}

/** Both are named, since node-postgres would otherwise ask the environment. */
export const IN_CLEAR = { ssl: false, sslnegotiation: 'postgres' } as const;
const PARAMETERS = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation', 'uselibpqcompat'];
const MODES = ['disable', 'no-verify', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];

/**
 * Reads what an address says of TLS, as libpq does or more strictly: `allow`, `prefer` and `require` verify the server like
 * `verify-full`, because without that anybody on the way can answer in its place. `usual` is the mode of an address that names none,
 * as in `PGSSLMODE`. Throws `CollectError` `config_invalid`.
 */
export function encryptionOf(databaseUrl: string, usual: string | undefined): Encryption {
  const address = new URL(databaseUrl);
  const given = new Map(PARAMETERS.map((name) => [name, address.searchParams.getAll(name).at(-1)]));
  for (const name of PARAMETERS) address.searchParams.delete(name);
  const host = hostOf(address);
  const isHere = host.startsWith('/') || isLoopback(host);
  const mode = modeOf(given.get('sslmode') ?? modeOfSsl(given.get('ssl')) ?? (usual || undefined), isHere);
  if (mode === 'disable')
    return { address: address.href, ...IN_CLEAR, warning: isHere ? null : warningOf(host, 'is not encrypted') };
  const authority = given.get('sslrootcert');
  const hasAuthority = authority !== undefined && authority !== 'system';
  return {
    address: address.href,
    sslnegotiation: given.get('sslnegotiation') === 'direct' ? 'direct' : 'postgres',
    warning: mode === 'no-verify' && !isHere ? warningOf(host, 'does not verify the server’s certificate') : null,
    ssl: {
      rejectUnauthorized: mode !== 'no-verify',
      ...(hasAuthority && { ca: fileOf('sslrootcert', authority) }),
      ...ownCertificate(given.get('sslcert'), given.get('sslkey')),
      // A public authority issues certificates to anyone, so any name is accepted only from an authority that the user has chosen.
      ...(mode === 'verify-ca' && hasAuthority && { checkServerIdentity: () => undefined }),
    },
  };
}

function hostOf({ href }: URL): string {
  try {
    return new pg.Client({ connectionString: href, ...IN_CLEAR }).host;
  } catch {
    // A message of its own would quote the address.
    throw mistake('has a percent sign that does not begin a character’s code; write it as %25');
  }
}

function modeOf(given: string | undefined, isHere: boolean): Mode {
  if (given === undefined) return isHere ? 'disable' : 'verify-full';
  const mode = MODES.find((known) => known === given);
  if (mode === undefined) throw mistake(`has an sslmode that is none of ${MODES.join(', ')}`);
  // libpq speaks in clear if the server, which may be anybody, wants it so.
  return mode === 'allow' || mode === 'prefer' ? modeOf(undefined, isHere) : mode;
}

/** `ssl=true` and its like are node-postgres's own. */
function modeOfSsl(ssl: string | undefined): string | undefined {
  if (ssl === 'true' || ssl === '1') return 'verify-full';
  if (ssl === 'false' || ssl === '0') return 'disable';
  return ssl === '' ? undefined : ssl;
}

function ownCertificate(cert: string | undefined, key: string | undefined): ConnectionOptions {
  return { ...(cert && { cert: fileOf('sslcert', cert) }), ...(key && { key: fileOf('sslkey', key) }) };
}

function fileOf(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw mistake(`names a file in ${parameter} that cannot be read`);
  }
}

function warningOf(host: string, problem: string): string {
  return `the connection to the database at ${host} ${problem}: anyone on the network path can read and change the data; remove sslmode or ssl from DATABASE_URL, or unset PGSSLMODE`;
}

function mistake(problem: string): CollectError {
  return new CollectError(
    'config_invalid',
    `The configuration has a mistake: DATABASE_URL ${problem}.`,
    'Correct the address.',
  );
}
