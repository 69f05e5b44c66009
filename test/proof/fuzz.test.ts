import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllowedFailures } from '../../src/cli/allowed-failures.js';
import * as flags from '../../src/cli/flags.js';
import { collectAccount } from '../../src/collector/account.js';
import type { RunContext } from '../../src/collector/ask.js';
import { DEFAULTS } from '../../src/collector/options.js';
import { planAccount } from '../../src/collector/plan.js';
import { createRefusals } from '../../src/collector/refusals.js';
import { loadConfig, secretsOf } from '../../src/config.js';
import { readEnvironment } from '../../src/environment.js';
import { CollectError } from '../../src/errors.js';
import { createHttp } from '../../src/http/client.js';
import type { Http, HttpAnswer, HttpRequest } from '../../src/http/http.js';
import { redact } from '../../src/http/redact.js';
import { retryAfterMs } from '../../src/http/retry.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { SANDBOX_PLATFORMS } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { parseTrigger } from '../../src/server/request.js';
import { storeError } from '../../src/store/database-error.js';
import { openSupabaseStore } from '../../src/store/drivers/supabase.js';
import { encryptionOf } from '../../src/store/drivers/tls.js';
import { functionCall } from '../../src/store/function-call.js';
import { ALL } from '../../src/store/selection.js';
import { type Call, sqlStore } from '../../src/store/sql-store.js';
import type { Store } from '../../src/store/store.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { readKey } from '../../src/tokens/key-file.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { EXPECTED, NOON } from '../conformance/accounts.js';
import { storedAccount } from '../support/accounts.js';
import { hastyClock } from '../support/clock.js';
import { freshPglite, listen } from '../support/database.js';
import { NO_RENEWAL } from '../support/renewal.js';
import { anyJson, fuzz, nearly, textsLike } from './fuzz.js';
import { PLATFORMS } from './support.js';

const KNOWN = [...PLATFORMS];
const TODAY = '2026-11-22';
const KEY = generateKey();
const folder = mkdtempSync(join(tmpdir(), 'analytics-collect-fuzz-'));
const cleanups: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** What is thrown is an error that a user is told, in a few bounded sentences. */
async function expectTold(parse: () => unknown): Promise<void> {
  try {
    await parse();
  } catch (thrown) {
    if (!(thrown instanceof CollectError)) throw thrown;
    expect(thrown.message.length + thrown.fix.length).toBeLessThan(5_000);
  }
}

describe('platform answers', () => {
  it.each(SANDBOX_PLATFORMS)('of %s end every day with one outcome', async (name) => {
    const { account } = EXPECTED[name];
    const sandbox = await startSandbox({ accounts: [account], now: () => NOON });
    cleanups.push(sandbox.close);
    const platform = createPlatforms(loadConfig({ ...sandbox.urls, ...SANDBOX_CREDENTIALS })).get(name);
    if (platform === undefined) throw new Error(`no platform ${name}`);
    const stored = storedAccount({
      platform: name,
      accountId: account.accountId,
      connections: [
        {
          id: 'c1',
          accessToken: account.accessToken,
          refreshToken: account.refreshToken ?? null,
          tokenExpiresAt: null,
        },
      ],
    });
    const planned = planAccount(stored, platform, DEFAULTS, NOON);
    const collect = (http: Http) => {
      const run: RunContext = {
        http: { lane: () => http },
        keyring: { decrypt: (token) => ({ ok: true, token }) },
        renewal: NO_RENEWAL,
        refusals: createRefusals(() => undefined),
        warn: () => undefined,
        now: () => NOON,
        signal: new AbortController().signal,
        secrets: [],
      };
      return collectAccount(stored, platform, planned, run);
    };

    const answers = new Map<string, HttpAnswer>();
    const client = createHttp({
      concurrency: 1,
      signal: new AbortController().signal,
      counters: { total: 0, retried: 0 },
      clock: hastyClock(() => NOON),
      warn: () => undefined,
      limits: DEFAULTS.limits,
    });
    const lane = client.lane(name, '1');
    await collect({
      ask: (request, judge) =>
        lane.ask(request, (answer) => {
          answers.set(nameOf(request), answer);
          return judge(answer);
        }),
    });
    client.close();
    expect(answers.size).toBeGreaterThan(0);

    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'x-app-usage', 'x-business-use-case-usage', 'date'),
      fc.oneof(fc.string(), fc.json()),
    );
    const varied = [...answers].map(([request, { status, json }]) =>
      fc
        .record({
          status: fc.oneof(
            { weight: 9, arbitrary: fc.constant(status) },
            { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
          ),
          headers,
          json: nearly(json),
        })
        .map((answer) => [request, answer] as const),
    );
    await fuzz(
      fc.tuple(...varied).map((all) => new Map(all)),
      async (given) => {
        let asked = 0;
        const record = await collect({
          async ask(request, judge) {
            expect(asked++).toBeLessThan(1_000);
            const verdict = judge(given.get(nameOf(request)) ?? { status: 404, headers: {}, json: undefined });
            if (verdict.kind === 'accept') return verdict.value;
            throw verdict.error;
          },
        });
        const dates = [
          ...record.days.map(({ outcome }) => outcome.date),
          ...record.failedDates,
          ...record.skippedDates,
        ];
        expect(dates.sort()).toEqual(planned.due.map(({ date }) => date).sort());
        const messages = [record.row?.message, ...record.days.map(({ outcome }) => outcome.message)];
        for (const message of messages) {
          expect(message?.length ?? 0).toBeLessThanOrEqual(500);
          expect(message ?? '').not.toContain('unexpected error');
        }
        for (const { value } of [...record.days.flatMap(({ snapshots }) => snapshots), ...record.closing]) {
          expect(Number.isFinite(value)).toBe(true);
        }
      },
    );
  });

  it('pause for a bounded time or not at all', () =>
    fuzz(textsLike('120', 'Sun, 22 Nov 2026 12:00:00 GMT', '-1', '1e9'), (text) => {
      const ms = retryAfterMs(text, NOON);
      expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true);
    }));
});

/** Every reading method of a store. */
const READING: readonly ((store: Store) => Promise<unknown>)[] = [
  (store) => store.check(),
  (store) => store.beginRun({ scope: 'all', trigger: 'cli', isFull: true }),
  (store) => store.lastRuns(),
  (store) => store.recentRuns(null, 30),
  (store) => store.readRun('00000000-0000-4000-8000-000000000000'),
  (store) => store.readStatus({ facebook: { since: TODAY, until: TODAY, settledTo: TODAY } }),
  (store) => store.writtenSince(NOON),
  (store) => store.countConnections(null),
  (store) => store.listConnections(),
  (store) => store.tokensEnding({ selection: ALL, platforms: KNOWN }, NOON.toISOString()),
  async (store) => {
    const opened = await store.openAccounts({
      filter: { selection: ALL, platforms: KNOWN },
      collected: KNOWN,
      platforms: [],
      ledger: { since: TODAY, until: TODAY },
      runId: null,
      dueBefore: null,
      tokensBefore: NOON,
      isPreview: false,
    });
    for await (const page of opened.further('facebook', 2_000)) expect(page).toBeDefined();
  },
];

describe('store answers', () => {
  it('are read or refused with a code', async () => {
    const { query, close } = await freshPglite();
    const storeOver = (call: Call) =>
      sqlStore({
        description: 'a database',
        schemaFix: 'Apply the schema.',
        call,
        applySchema: async () => ({ done: [], findings: [] }),
        close,
      });
    const valid: unknown[] = [];
    const recording = storeOver(async (name, args) => {
      const { text, values } = functionCall(name, args);
      const [row] = await query(text, values);
      valid.push(row?.result);
      return row?.result;
    });
    await recording.saveConnection({
      userId: 'u',
      platform: 'facebook',
      accountId: '1',
      accountName: 'n',
      accessToken: 'x',
      refreshToken: null,
      tokenExpiresAt: NOON.toISOString(),
    });
    await recording.syncAccounts({ collected: KNOWN, userId: null });
    for (const read of READING) await read(recording);
    await close();
    const inputs = fc.tuple(fc.constantFrom(...READING), fc.oneof(...valid.map(nearly)));
    await fuzz(inputs, async ([read, answer]) => {
      let calls = 0;
      // An answer that names a further page is given again.
      const answering = storeOver(async () => {
        if (calls++ > 20) throw new CollectError('store_failed', 'no more', '');
        return structuredClone(answer);
      });
      await expectTold(() => read(answering));
    });
  });

  it('that are errors get a code and bounded words', () => {
    const place = { description: 'a database', setting: 'DATABASE_URL', schemaFix: 'Apply the schema.' };
    const thrown = fc.oneof(
      anyJson,
      fc.record({
        code: fc.oneof(fc.constantFrom('42501', '22P02', '57P01', 'CERT_HAS_EXPIRED'), fc.string()),
        message: textsLike('x'.repeat(900)),
      }),
      textsLike('timeout', 'terminated').map((text) => new Error(text)),
    );
    return fuzz(thrown, (error) => {
      const { message, fix } = storeError(error, place);
      expect(message.length + fix.length).toBeLessThan(1_000);
    });
  });

  it('over REST are read or refused with a code', async () => {
    let next: { status: number; body: string } = { status: 200, body: '' };
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(next.status, { 'content-type': 'application/json' }).end(next.body);
    });
    const store = await openSupabaseStore({ url: await listen(server), serviceRoleKey: 'sb_secret_of-the-tests' });
    cleanups.push(() => server.closeAllConnections());
    cleanups.push(() => server.close());
    const statuses = fc.constantFrom(200, 201, 206, 301, 400, 401, 403, 404, 409, 416, 429, 500, 503, 520, 544);
    const bodies = fc.oneof(
      anyJson.map((json) => JSON.stringify(json) ?? ''),
      fc.string(),
      nearly({ code: '42501', message: 'permission denied', details: null, hint: null }).map(
        (json) => JSON.stringify(json) ?? '',
      ),
    );
    await fuzz(fc.record({ status: statuses, body: bodies }), async (answer) => {
      next = answer;
      await expectTold(() => store.check());
    });
  });
});

describe('configuration', () => {
  const NAMES = [
    'SUPABASE_URL=',
    'DATABASE_URL=',
    'ENCRYPTION_KEY=',
    'ANALYTICS_TZ=',
    'ANALYTICS_CRON=',
    'META_GRAPH_URL=',
  ];
  it('.env is read or refused with a code', () =>
    fuzz(textsLike(...NAMES, '\n', '"', "'", 'https://a.b', KEY, '#', 'export '), (text) =>
      expectTold(() => {
        writeFileSync(join(folder, '.env'), text);
        secretsOf(
          loadConfig(
            Object.fromEntries(Object.entries(readEnvironment(folder)).filter(([name]) => !(name in process.env))),
          ),
        );
      }),
    ));

  it('connection addresses are read or refused with a code', () => {
    const address = textsLike(
      'postgres://',
      'postgresql://',
      'user',
      ':',
      '@',
      '%',
      '%zz',
      '%E0',
      '/',
      '?',
      '&',
      'sslmode=',
      'require',
      'sslrootcert=',
      'host=',
      '%2Ftmp',
      'localhost',
      '[::1]',
      ':5432',
      '#',
      ' ',
    );
    const likely = fc.oneof(
      address,
      address.map((text) => `postgres://${text}`),
      address.map((text) => `postgres://u:p@h/d?${text}`),
    );
    return fuzz(likely, (url) =>
      expectTold(() => {
        const { store } = loadConfig({ DATABASE_URL: url, ENCRYPTION_KEY: KEY });
        if (store.kind === 'postgres') expect(encryptionOf(store.url, undefined).address).toMatch(/^postgres/);
      }),
    );
  });

  it('base addresses in clear never pass', () =>
    fuzz(textsLike('http://', 'https://', 'localhost', '127.0.0.1', '.example.com', '@', ':', '\\', '[::1]'), (url) =>
      expectTold(() => {
        const { platforms } = loadConfig({ META_GRAPH_URL: url });
        const { protocol, hostname } = new URL(String(platforms.META_GRAPH_URL));
        expect(protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)).toBe(true);
      }),
    ));

  it('key files and keys are read or refused with a code', () =>
    fuzz(
      fc.tuple(fc.uint8Array({ maxLength: 100 }), textsLike(KEY, ',', '\n', 'gAAAA', '=')),
      async ([bytes, text]) => {
        const path = join(folder, 'encryption.key');
        writeFileSync(path, bytes);
        await expectTold(() => readKey(path));
        await expectTold(() => createKeyring(text, { allowPlaintext: false }));
        const stored = createKeyring(KEY, { allowPlaintext: false }).decrypt(text);
        expect(stored.ok).toBe(false);
      },
    ));

  it('flags and triggers are read or refused with a code', () => {
    const PARSERS: readonly ((text: string) => unknown)[] = [
      (text) => flags.integer('--n', { min: 1, max: 9 })(text),
      (text) => flags.parseWindow({ date: text }, TODAY),
      (text) => flags.parseWindow({ since: text, until: TODAY }, TODAY),
      flags.parseShard,
      (text) => flags.parseTimes('--at', text),
      (text) => flags.parseTriggerUrl('--url', text),
      (text) => flags.parseInstant('--expires', text),
      (text) => flags.parseAge('--older-than', text, TODAY),
      (text) => flags.parsePlatforms([text], KNOWN),
      parseAllowedFailures,
      (text) => parseTrigger(text, TODAY, KNOWN),
    ];
    const texts = textsLike(
      '2026-',
      '11',
      '-22',
      'T12:00',
      'Z',
      '+25:99',
      '1/4',
      '%',
      '90d',
      '12mo',
      ',',
      ':',
      'https://',
      '{"user":',
      '"',
      '}',
      'facebook',
    );
    return fuzz(fc.tuple(fc.constantFrom(...PARSERS), texts), ([parse, text]) => expectTold(() => parse(text)));
  });

  it('redaction leaves no secret and no shorter text', () =>
    fuzz(fc.tuple(fc.string({ minLength: 16 }), fc.string(), fc.string()), ([secret, before, after]) => {
      expect(redact(`${before} ${secret} ${after}`, [secret])).toContain('[redacted]');
    }));
});

function nameOf({ method, url, form }: HttpRequest): string {
  return `${method} ${url.pathname}${url.search} ${JSON.stringify(form ?? {})}`;
}
