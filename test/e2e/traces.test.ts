import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { PATH, receiver } from '../support/receiver.js';
import { type CliRun, expectNoSecrets, home, parseSummary, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';

const ROOT = join(import.meta.dirname, '../..');
const COLLECT = ['collect', '--json', '--lookback', '1'];

/** One of four connections has a dead token. */
const accounts = population({ users: 2, platforms: ['facebook', 'instagram'] }).map((account, index) =>
  index === 0 ? { ...account, fault: { kind: 'dead_token' as const } } : account,
);

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase('Supabase'), startSandbox({ accounts })]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

const envWith = (more: Readonly<Record<string, string>>) => ({ ...database.env, ...sandbox.urls, ...more });

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number; boolValue?: boolean };
}

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  events: { name: string; attributes: Attribute[] }[];
  status: { code: number };
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

it('sends the spans of a run: its phases and platforms, failures as events, and nothing about users', async () => {
  const collector = await receiver();
  const run = await runCli(COLLECT, {
    env: envWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=otel-secret-0123456789',
      OTEL_SERVICE_NAME: 'nightly',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    }),
  });
  expect(run, run.stderr).toMatchObject({ code: 3 });
  expect(collector.received.map(({ url }) => url)).toEqual([`${PATH}/v1/traces`]);
  const [{ resource, scopeSpans }] = JSON.parse(collector.received[0]?.body ?? '').resourceSpans;
  expect(valuesOf(resource.attributes)).toMatchObject({
    'service.name': 'nightly',
    'deployment.environment': 'test',
  });
  const spans: SentSpan[] = scopeSpans[0].spans;
  const [root, ...parts] = spans;
  expect(root?.name).toBe('collect');
  expect(parts.map(({ name }) => name).sort()).toEqual([
    'fetch',
    'finish',
    'plan',
    'platform facebook',
    'platform instagram',
    'record',
    'sync',
  ]);
  for (const span of parts) {
    expect(span).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId });
    expect(BigInt(span.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(span.endTimeUnixNano));
  }
  const summary = parseSummary(run);
  expect(valuesOf(root?.attributes ?? [])).toMatchObject({
    'analytics_collect.run_id': summary.run_id,
    'analytics_collect.status': 'partial',
    'analytics_collect.connections.failed': 1,
    'analytics_collect.requests.total': summary.requests.total,
  });
  const failures = parts.flatMap(({ events }) => events);
  expect(failures.map(({ name, attributes }) => [name, valuesOf(attributes)])).toEqual([
    ['connection failed', { 'analytics_collect.reason': 'needs_reconnect' }],
  ]);
  const secrets = [...database.secrets, ...accounts.map(({ accessToken }) => accessToken), 'otel-secret-0123456789'];
  const body = collector.received[0]?.body ?? '';
  expectNoSecrets(secrets, [body]);
  for (const { userId, accountId } of accounts) expect(body).not.toMatch(new RegExp(`${userId}|${accountId}`));
});

it('sends the spans of a run that serve starts, and of one that crashes', async () => {
  const collector = await receiver();
  const secret = 'e2e-0123456789abcdef';
  const env = envWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, INTERNAL_CRON_SECRET: secret });
  const spanNames = () =>
    collector.received.map(({ body }) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0] as SentSpan);
  const server = startCli(['serve', '--port', '0', '--grace', '0'], { env });
  await until(() => server.told().includes('listening on'));
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.told()) ?? [];
  const trigger = `${url}/api/internal/analytics/trigger-collection`;
  expect((await fetch(trigger, { method: 'POST', headers: { 'X-Cron-Secret': secret } })).status).toBe(202);
  await until(() => collector.received.length > 0);
  server.kill('SIGTERM');
  await server.ended;
  const empty = await runCli([...COLLECT, '--platform', 'youtube'], { env });
  expect(empty.code).toBe(1);
  expect(spanNames().map(({ name, status }) => [name, status.code])).toEqual([
    ['collect', 0],
    ['collect', 2],
  ]);
  expect(valuesOf(spanNames()[1]?.attributes ?? [])).toMatchObject({ 'error.type': 'no_connections' });
});

it.each([
  ['is down', async () => 'http://127.0.0.1:9', 'ECONNREFUSED'],
  ['does not answer', async () => (await receiver(0)).url, 'timed out'],
  ['refuses them', async () => (await receiver(400)).url, 'Bad Request'],
])('warns once when the collector %s, and runs as usual', async (_, start, why) => {
  const env = envWith({ OTEL_EXPORTER_OTLP_ENDPOINT: await start() });
  const run = await runCli(COLLECT, { env });
  expect(run.code).toBe(3);
  expect(parseSummary(run).status).toBe('partial');
  expect(run.stderr.split('\n').filter((line) => line.includes('OTEL_'))).toEqual([
    expect.stringMatching(new RegExp(`OTEL_EXPORTER_OTLP_ENDPOINT: the trace was not delivered: .*${why}`)),
  ]);
});

it.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }, { OTEL_TRACES_SAMPLER: 'always_off' }])(
  'sends nothing with %j',
  async (off) => {
    const collector = await receiver();
    const run = await runCli(COLLECT, { env: envWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...off }) });
    expect(run.code).toBe(3);
    expect(collector.received).toEqual([]);
    expect(run.stderr).not.toContain('OTEL_');
  },
);

it('says in one line how to install the SDK where it is missing, and runs as usual', async () => {
  const folder = join(home, 'without-sdk');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@opentelemetry') symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const env = { PATH: process.env.PATH, HOME: home, ...envWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }) };
  const run = await new Promise<CliRun>((resolve) => {
    const args = [join(folder, 'bin/analytics-collect.js'), ...COLLECT];
    execFile(process.execPath, args, { cwd: home, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
  expect(run.code).toBe(3);
  expect(parseSummary(run).status).toBe('partial');
  expect(run.stderr.split('\n').filter((line) => line.includes('OTEL_'))).toEqual([
    expect.stringMatching(
      /OTEL_EXPORTER_OTLP_ENDPOINT: .*npm install @opentelemetry\/sdk-trace-node @opentelemetry\/exporter-trace-otlp-http/,
    ),
  ]);
});
