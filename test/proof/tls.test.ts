import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, runCli } from '../e2e/support/cli.js';
import { encryptionKey } from '../e2e/support/databases.js';
import { type Cluster, postgresFolders, startCluster } from '../support/cluster.js';
import { certificate } from '../support/tls.js';

const [folder] = postgresFolders;
const address = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const missing = folder === undefined ? 'PostgreSQL is not installed' : 'this machine has no address but loopback';
const why = folder === undefined || address === undefined ? ` (skipped: ${missing})` : '';

const IN_CLEAR = /the connection to the database at .+ is not encrypted/;
const UNVERIFIED = /the connection to the database at .+ does not verify the server’s certificate/;

describe.skipIf(why !== '')(`a PostgreSQL at another address than loopback${why}`, () => {
  const { key, cert, certFile } = certificate(address && `IP:${address}`);
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(folder ?? '', {
      settings: { listen_addresses: "'*'", log_connections: 'on' },
      access: 'host all all 0.0.0.0/0 trust\n',
      files: { 'server.key': key, 'server.crt': cert },
    });
    await switchTls('on');
    const applied = await runCli(['schema', '--apply'], { env: at('127.0.0.1', '') });
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => cluster.close());

  async function switchTls(ssl: 'on' | 'off') {
    await cluster.query(`alter system set ssl = '${ssl}'`);
    await cluster.query('select pg_reload_conf()');
    // The server process of a connection that is there reads its settings before the next statement.
    while ((await cluster.query('show ssl'))[0]?.ssl !== ssl) await sleep(10);
  }

  const at = (host: string, query: string) => ({
    DATABASE_URL: `postgres://postgres@${host}:${cluster.port}/postgres${query}`,
    ENCRYPTION_KEY: encryptionKey,
  });

  /** A run, and the lines with which the server logged its connections. */
  async function collect(query: string, more: Record<string, string> = {}, host = address ?? '') {
    const before = readFileSync(cluster.log, 'utf8').length;
    const run = await runCli(['collect', '--json', '--allow-empty'], { env: { ...at(host, query), ...more } });
    const logged = readFileSync(cluster.log, 'utf8').slice(before);
    return { run, logins: logged.match(/^.*connection authorized: .*application_name=analytics-collect.*$/gm) ?? [] };
  }

  function expectRun({ run, logins }: { run: CliRun; logins: string[] }, encrypted: boolean, warnings: unknown[]) {
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout).warnings).toEqual(warnings);
    expect(run.stderr).not.toMatch(/SECURITY WARNING|\(node:|pg-connection-string/);
    expect(logins.length).toBeGreaterThan(0);
    expect(logins.filter((line) => line.includes('SSL enabled'))).toHaveLength(encrypted ? logins.length : 0);
  }

  it.each(['', '?sslmode=allow', '?sslmode=prefer', '?sslmode=require', '?sslmode=verify-ca', '?sslmode=verify-full'])(
    'is not connected to while its certificate is not trusted: "%s"',
    async (query) => {
      const { run, logins } = await collect(query);
      expect(run, run.stderr).toMatchObject({ code: 2 });
      const { error } = JSON.parse(run.stdout);
      expect(error).toMatchObject({ code: 'store_refused', message: expect.stringContaining('certificate') });
      expect(error.fix).toMatch(/sslrootcert.+NODE_EXTRA_CA_CERTS/);
      expect(run.stderr).not.toMatch(/SECURITY WARNING|\(node:/);
      expect(logins).toEqual([]);
    },
  );

  it.each([
    ['?sslrootcert=', {}],
    ['?sslmode=prefer&sslrootcert=', {}],
    ['?sslmode=require&sslrootcert=', {}],
    ['?sslmode=require&uselibpqcompat=true&sslrootcert=', {}],
    ['?sslmode=verify-ca&sslrootcert=', {}],
    ['?sslmode=verify-full&sslrootcert=', {}],
    ['', { NODE_EXTRA_CA_CERTS: certFile }],
    ['?sslmode=require', { NODE_EXTRA_CA_CERTS: certFile }],
    ['?sslmode=verify-full&sslrootcert=system', { NODE_EXTRA_CA_CERTS: certFile }],
  ])('is spoken to over TLS, without a warning, once it is trusted: "%s" %j', async (query, more) => {
    const complete = query.endsWith('sslrootcert=') ? `${query}${encodeURIComponent(certFile)}` : query;
    expectRun(await collect(complete, more), true, []);
  });

  it('is spoken to in clear, with a warning in each run, when the address says so', async () => {
    for (let run = 0; run < 2; run++) {
      expectRun(await collect('?sslmode=disable'), false, [expect.stringMatching(IN_CLEAR)]);
    }
    expectRun(await collect('', { PGSSLMODE: 'disable' }), false, [expect.stringMatching(IN_CLEAR)]);
    const quiet = await runCli(['collect', '--allow-empty'], { env: at(address ?? '', '?sslmode=disable') });
    expect(quiet.stderr).toMatch(IN_CLEAR);
  });

  it('is spoken to over TLS without verification, with a warning, when the address says so', async () => {
    expectRun(await collect('?sslmode=no-verify'), true, [expect.stringMatching(UNVERIFIED)]);
  });

  it('must have the name of its certificate, except with verify-ca and an authority of its own', async () => {
    const rootcert = `&sslrootcert=${encodeURIComponent(certFile)}`;
    const { run } = await collect(`?sslmode=verify-full${rootcert}`, {}, '127.0.0.1');
    expect(run, run.stderr).toMatchObject({ code: 2 });
    expect(run.stderr).toContain("does not match certificate's altnames");
    expectRun(await collect(`?sslmode=verify-ca${rootcert}`, {}, '127.0.0.1'), true, []);
    const trusted = { NODE_EXTRA_CA_CERTS: certFile };
    expect((await collect('?sslmode=verify-ca', trusted, '127.0.0.1')).run).toMatchObject({ code: 2 });
  });

  it('on loopback is spoken to in clear, without a warning', async () => {
    expectRun(await collect('', {}, '127.0.0.1'), false, []);
    expectRun(await collect('?sslmode=disable', {}, 'localhost'), false, []);
  });

  it.each([
    ['?sslmode=on', 'sslmode'],
    ['?sslrootcert=/not/there.pem', 'sslrootcert'],
    ['?sslcert=/not/there.pem', 'sslcert'],
  ])('is refused with an invalid parameter: "%s"', async (query, named) => {
    const { run } = await collect(query);
    expect(run, run.stderr).toMatchObject({ code: 2 });
    expect(JSON.parse(run.stdout).error).toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(new RegExp(`DATABASE_URL .*\\b${named}\\b`)),
    });
  });

  it('that offers no TLS is told apart from one that is away', async () => {
    await switchTls('off');
    const { run, logins } = await collect('');
    expect(run, run.stderr).toMatchObject({ code: 2 });
    const { error } = JSON.parse(run.stdout);
    expect(error).toMatchObject({ code: 'store_refused', message: expect.stringContaining('does not offer TLS') });
    expect(error.fix).toContain('sslmode=disable');
    expect(logins).toEqual([]);
  });
});
