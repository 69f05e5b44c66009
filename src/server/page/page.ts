import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers';
import type { App } from '../../app.js';
import type { Store } from '../../store/store.js';
import { createAttempts } from '../attempts.js';
import type { Guard } from '../guard.js';
import type { Live } from '../live.js';
import { PAGE_PATHS } from '../paths.js';
import { errorLine } from '../runner.js';
import type { Schedule } from '../schedule.js';
import { shared } from '../shared.js';
import { clientOf, isOverHttps, isOwnOrigin } from './client.js';
import { renderLogin } from './login.js';
import { renderOverview } from './overview.js';
import { renderPanel } from './panel.js';
import { createReport } from './report.js';
import { createSessions, SESSION_MS } from './sessions.js';
import { createStreams, RETRY_SECONDS } from './streams.js';

const COOKIE = 'analytics_collect_session';
const LARGEST_FORM_BYTES = 4_096;
const WRONG_IN_A_MINUTE = 10;
/** Over all clients: an attacker may have many addresses. */
const WRONG_IN_A_MINUTE_IN_ALL = 100;
const EVERYONE = 'everyone';
/** The database is asked for the last run at most once in this time, however many readers there are. */
const LAST_RUN_LASTS_MS = 5_000;
/** The panel is rendered at most once in this time. */
const PANEL_LASTS_MS = 1_000;

export interface PageParts {
  readonly secret: string;
  readonly app: { readonly store: Pick<Store, 'lastRuns'>; readonly report: App['report'] };
  readonly live: Live;
  readonly schedule: Pick<Schedule, 'next'>;
  readonly guard: Guard;
  readonly now: () => Date;
  readonly log: (message: string) => void;
}

type Env = { Variables: SecureHeadersVariables };

export interface Page {
  readonly routes: Hono<Env>;
  /** Ends all streams. */
  close(): void;
}

/** The login form, and behind it the page with the state of the collection, updated by a stream of events. */
export function createPage({ secret, app, live, schedule, guard, now, log }: PageParts): Page {
  const sessions = createSessions({ secret, now: () => now().getTime() });
  const monotonic = () => performance.now();
  const perClient = createAttempts({ most: WRONG_IN_A_MINUTE, now: monotonic });
  const inAll = createAttempts({ most: WRONG_IN_A_MINUTE_IN_ALL, now: monotonic });
  let isClosed = false;
  const complain = (error: unknown) => {
    // Errors while the server closes are expected: the database closes too.
    if (!isClosed) log(`the page could not be made: ${errorLine(error)}`);
  };
  const lastRun = shared(LAST_RUN_LASTS_MS, () =>
    app.store.lastRuns().then(
      ({ run }) => run,
      (error) => {
        complain(error);
        return 'unreachable' as const;
      },
    ),
  );
  const panel = shared(PANEL_LASTS_MS, async () =>
    renderPanel({ run: live.run(), lastRun: await lastRun(), next: schedule.next(), now: now() }),
  );
  const report = createReport({
    read: app.report,
    version: () => live.run()?.end,
    onError: complain,
  });
  const streams = createStreams({ panel, isOpen: sessions.isOpen });
  const routes = new Hono<Env>();

  for (const path of Object.keys(PAGE_PATHS)) routes.use(path, headers(), noStore);
  routes.on('POST', ['/login', '/logout'], csrf({ origin: isOwnOrigin }));

  routes.get('/', async (c) => {
    if (!sessions.isOpen(tokenOf(c))) return c.redirect('login', 303);
    const isRunning = live.run()?.end === null;
    const parts = renderOverview({ nonce: nonceOf(c), isRunning, panel: await panel(), report: report() });
    return c.body(ReadableStream.from(parts), 200, { 'Content-Type': 'text/html; charset=UTF-8' });
  });

  routes.get('/login', (c) => {
    if (sessions.isOpen(tokenOf(c))) return c.redirect('./', 303);
    return c.html(renderLogin({ nonce: nonceOf(c), mistake: null }));
  });

  const refuse = (c: Context<Env>, status: 401 | 403 | 413 | 429, mistake: string) =>
    c.html(renderLogin({ nonce: nonceOf(c), mistake }), status);

  routes.post(
    '/login',
    bodyLimit({ maxSize: LARGEST_FORM_BYTES, onError: (c) => refuse(c, 413, 'The secret is too long.') }),
    async (c) => {
      const client = clientOf(c);
      const wait = perClient.waitSeconds(client) ?? inAll.waitSeconds(EVERYONE);
      if (wait !== null) {
        c.header('Retry-After', String(wait));
        return refuse(c, 429, `Too many wrong secrets. Try again in ${wait} s.`);
      }
      const { secret: given } = await c.req.parseBody();
      if (guard.judge(client, typeof given === 'string' ? given : undefined).kind !== 'welcome') {
        perClient.note(client);
        inAll.note(EVERYONE);
        return refuse(c, 401, 'Wrong secret.');
      }
      setCookie(c, COOKIE, sessions.begin(), { ...cookieOf(c), maxAge: SESSION_MS / 1000 });
      return c.redirect('./', 303);
    },
  );

  routes.post('/logout', (c) => {
    sessions.end(tokenOf(c) ?? '');
    deleteCookie(c, COOKIE, cookieOf(c));
    return c.redirect('login', 303);
  });

  routes.get('/progress', (c) => {
    const token = tokenOf(c);
    if (!sessions.isOpen(token)) return c.body(null, 401);
    if (c.req.raw.method === 'HEAD') return c.body(null);
    return streams.open(c, token) ?? c.body(null, 503, { 'Retry-After': String(RETRY_SECONDS) });
  });

  routes.onError((error, c) => {
    if (!(error instanceof HTTPException)) throw error;
    return refuse(c, 403, 'The form was sent from another site.');
  });
  return {
    routes,
    close() {
      isClosed = true;
      streams.close();
    },
  };
}

function headers() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrc: [NONCE],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ['data:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    // Without any referrer, browsers send no origin for the page's own forms either.
    referrerPolicy: 'same-origin',
    // HSTS is up to the proxy, because it concerns its whole host.
    strictTransportSecurity: false,
  });
}

async function noStore(c: Context, next: () => Promise<void>): Promise<void> {
  await next();
  c.header('Cache-Control', 'no-store');
}

function nonceOf(c: Context<Env>): string {
  return c.get('secureHeadersNonce') ?? '';
}

/** The prefix keeps other hosts of the domain, and plain http, from setting the cookie. */
function tokenOf(c: Context): string | undefined {
  return isOverHttps(c) ? getCookie(c, COOKIE, 'host') : getCookie(c, COOKIE);
}

function cookieOf(c: Context) {
  const flags = { httpOnly: true, sameSite: 'Lax', path: '/' } as const;
  return isOverHttps(c) ? { ...flags, secure: true, prefix: 'host' as const } : flags;
}
