import { CONNECT } from '../collector/connections.js';
import { CollectError } from '../errors.js';
import type { DatabaseFolder } from '../store/drivers/disk.js';
import type { Inspection } from '../store/inspection.js';
import type { Store } from '../store/store.js';
import { count, formatNumber } from '../text.js';
import { attempt, type Check, failed, listed, passed, thrown, unchecked } from './doctor-check.js';

const APPLY = 'analytics-collect schema --apply';
const GRANT = 'Connect as the owner of the tables, or apply the schema again, which gives the service role its grants.';
const SEE_ALL = 'Connect as the owner of the tables, or as a role with BYPASSRLS, such as the service role.';

/** A store to examine. */
export interface ExaminedStore {
  readonly chosen: Check;
  /** Where it is, if it is embedded. */
  readonly folder: DatabaseFolder | null;
  /** False for an embedded one that has not been created yet. */
  readonly exists: boolean;
  /** How the connection is protected, if there is nothing to warn of; null if there is no connection. */
  protection(): Promise<string | null>;
  open(): Promise<Store>;
}

/** The checks of the store; `inspection` is null if it failed. */
export interface StoreFindings {
  readonly checks: readonly Check[];
  readonly inspection: Inspection | null;
}

/** The free space on the embedded database's disk. */
export function checkDisk({ folder, exists }: ExaminedStore): Promise<readonly Check[]> {
  return attempt('disk', async () => {
    if (folder === null) return [];
    const { expectRoom, freeMegabytes, nearestFolder } = await import('../store/drivers/disk.js');
    const dataDir = nearestFolder(folder.dataDir);
    await expectRoom({ ...folder, dataDir }, exists ? 'write' : 'create');
    const free = await freeMegabytes(dataDir);
    return [passed('disk', free === null ? 'There is room.' : `${formatNumber(free)} MB free.`)];
  });
}

/** Connects to the store, and checks its contents except for tokens. */
export async function checkStore(
  examined: ExaminedStore,
  store: Store,
  jobs: readonly string[],
): Promise<StoreFindings> {
  const startedAt = performance.now();
  const error = await store.check().catch((thrown: unknown) => thrown);
  const duration = `${formatNumber(Math.round(performance.now() - startedAt))} ms`;
  const isSchema = error instanceof CollectError && ['schema_missing', 'schema_outdated'].includes(error.code);
  if (error !== undefined && !isSchema) {
    const why = 'the database could not be asked';
    return {
      checks: [
        thrown('connection', error),
        ...(['schema', 'rights', 'accounts'] as const).map((name) => unchecked(name, why)),
      ],
      inspection: null,
    };
  }
  const tls = await attempt('tls', () => checkTls(examined, store));
  if (isSchema) {
    const why = 'the schema has to be applied first';
    const schema = { ...thrown('schema', error), ...(error.fix.includes(APPLY) && { next: APPLY }) };
    return {
      checks: [
        passed('connection', `It answers in ${duration}.`),
        ...tls,
        schema,
        unchecked('rights', why),
        unchecked('accounts', why),
      ],
      inspection: null,
    };
  }
  let inspection: Inspection;
  try {
    inspection = await store.inspect(jobs);
  } catch (failure) {
    return { checks: [thrown('connection', failure), ...tls], inspection: null };
  }
  return {
    checks: [
      passed('connection', `PostgreSQL ${inspection.version.split(' ')[0]} answers in ${duration}.`),
      ...tls,
      ...schemaChecks(inspection),
      ...rightsChecks(inspection),
    ],
    inspection,
  };
}

async function checkTls({ protection }: ExaminedStore, { warnings }: Store): Promise<Check[]> {
  const insecure = warnings.map((warning) => {
    const [problem = '', ...rest] = warning.split('; ');
    return failed('tls', 'warning', `${sentence(problem)}`, sentence(rest.join('; ')));
  });
  const protectedBy = insecure.length > 0 ? null : await protection();
  return protectedBy === null ? insecure : [passed('tls', protectedBy)];
}

function schemaChecks({ missing, findings }: Inspection): Check[] {
  const schema =
    missing.length === 0
      ? passed('schema', 'It is up to date.')
      : failed(
          'schema',
          'error',
          `The schema lacks ${count(missing.length, 'function')}: ${missing.join(', ')}.`,
          'Apply it again, or paste what `analytics-collect schema` prints into the SQL editor.',
          APPLY,
        );
  return [
    schema,
    ...findings.map(({ finding, remedy }) => failed('findings', 'warning', `${finding}.`, `In SQL: ${remedy}`)),
  ];
}

function rightsChecks({ role, isWritable, lacking, hidden }: Inspection): Check[] {
  const vital = lacking.filter(({ isVital }) => isVital);
  const others = lacking.filter(({ isVital }) => !isVital);
  const wrong: Check[] = [];
  if (vital.length > 0) wrong.push(failed('rights', 'error', `${role} may not ${grouped(vital)}.`, GRANT));
  if (others.length > 0) {
    const message = `${role} may not ${grouped(others)}: some commands need it.`;
    wrong.push(failed('rights', 'warning', message, GRANT));
  }
  if (hidden.length > 0) {
    const message = `Row level security may hide rows from ${role} in ${hidden.join(', ')}.`;
    wrong.push(failed('rights', 'warning', message, SEE_ALL));
  }
  if (!isWritable) {
    const message = 'The database is read-only: it is a standby, or configured to be read-only.';
    wrong.push(failed('rights', 'error', message, 'Connect to the primary server.'));
  }
  return wrong.length > 0 ? wrong : [passed('rights', `${role} may read and write everything that is needed.`)];
}

/** `insert on a, b; update on b` */
function grouped(lacking: Inspection['lacking']): string {
  const tables = new Map<string, string[]>();
  for (const { right } of lacking) {
    const [privilege = '', table = ''] = right.split(' on ');
    tables.set(privilege, [...(tables.get(privilege) ?? []), table]);
  }
  return [...tables].map(([privilege, names]) => `${privilege} on ${names.join(', ')}`).join('; ');
}

/** How many accounts there are to collect; none is an error. */
export function checkAccounts(
  { accounts, hidden }: Pick<Inspection, 'accounts' | 'hidden'>,
  collected: readonly string[],
): Check[] {
  const isCollected = ([platform]: readonly [string, number]) => collected.includes(platform);
  const ours = Object.entries(accounts).filter(isCollected);
  const others = Object.entries(accounts).filter((entry) => !isCollected(entry));
  const total = ours.reduce((sum, [, number]) => sum + number, 0);
  const ignored = others.length === 0 ? '' : ` Of other services, and ignored: ${listed(Object.fromEntries(others))}.`;
  if (total > 0)
    return [passed('accounts', `${count(total, 'account')}: ${listed(Object.fromEntries(ours))}.${ignored}`)];
  if (hidden.includes('platform_connections')) {
    return [failed('accounts', 'error', 'No account is visible: row level security may hide them.', SEE_ALL)];
  }
  const message = `No account is connected, so there is nothing to collect.${ignored}`;
  return [failed('accounts', 'error', message, `Connect one: ${CONNECT}`, CONNECT)];
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}
