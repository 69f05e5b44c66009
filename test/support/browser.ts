import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where Chromium may be; the variable `CHROMIUM` names another place. */
const PLACES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Null where there is none. */
export const CHROMIUM = PLACES.find((place) => place !== '' && existsSync(place)) ?? null;

/** How long something may take to come true. */
const LONGEST_MS = 30_000;

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  /** Default: `screen`. */
  readonly media?: 'screen' | 'print';
  /** Whether the page's scripts run. Default: they do. */
  readonly script?: boolean;
}

export interface Browser {
  /** Shows a page, and waits until it is there. */
  open(url: string, view: View): Promise<void>;
  /** Shows the same page otherwise. */
  look(view: View): Promise<void>;
  /** Waits until an expression on the page is true. */
  until(expression: string): Promise<void>;
  /** Types where the focus is. */
  type(text: string): Promise<void>;
  press(key: 'Tab' | 'Enter'): Promise<void>;
  /** Forgets all cookies. */
  forget(): Promise<void>;
  /** The value of an expression on the page, as JSON. The page's own policy does not apply to it. */
  evaluate<T>(expression: string): Promise<T>;
  /** A PNG of the page, or of a part of it. */
  screenshot(clip?: { x: number; y: number; width: number; height: number }): Promise<Buffer>;
  /** The requests that the page has made since it was opened, but for itself. */
  requests(): readonly string[];
  /** What the console said since the page was opened. */
  messages(): readonly string[];
  close(): Promise<void>;
}

/** How Chromium divides pages among its processes depends on what it did before, and says nothing about a page. */
const PROCESSES = 'The page requested an origin-keyed agent cluster';

/** Starts headless Chromium, and speaks the DevTools protocol with it. */
export async function startBrowser(program: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'analytics-collect-browser-'));
  const child = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      // Another host than this machine, to the browser: what comes from there over plain http is not trusted.
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const page = await connect(await addressOfPage(child));
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await page.send(`${domain}.enable`, {});
  let [requests, messages]: string[][] = [[], []];
  let address = '';
  page.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url !== address) requests?.push(request.url);
  });
  page.on('Log.entryAdded', ({ entry }) => {
    if (!entry.text.startsWith(PROCESSES)) messages?.push(entry.text);
  });
  page.on('Runtime.consoleAPICalled', ({ args }) => messages?.push(JSON.stringify(args)));

  async function look({ width, height, scheme, media = 'screen', script = true }: View): Promise<void> {
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await page.send('Emulation.setEmulatedMedia', { media, features });
    await page.send('Emulation.setScriptExecutionDisabled', { value: !script });
  }
  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await page.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async function go(url: string): Promise<void> {
    const loaded = page.once('Page.loadEventFired');
    await page.send('Page.navigate', { url });
    await loaded;
  }

  return {
    async open(url, view) {
      address = url;
      await look(view);
      // What the page before still asks for is not this one's.
      await go('about:blank');
      [requests, messages] = [[], []];
      await go(url);
    },
    look,
    evaluate,
    async until(expression) {
      const deadline = Date.now() + LONGEST_MS;
      // While a page gives way to another, there is nothing to evaluate an expression in.
      while (!(await evaluate(`Boolean(${expression})`).catch(() => false))) {
        if (Date.now() > deadline) throw new Error(`${expression}: ${await evaluate('document.body.innerText')}`);
        await sleep(50);
      }
    },
    type: (text) => page.send('Input.insertText', { text }),
    async press(key) {
      const [windowsVirtualKeyCode, text] = key === 'Tab' ? [9, ''] : [13, '\r'];
      const event = { key, code: key, windowsVirtualKeyCode };
      await page.send('Input.dispatchKeyEvent', { ...event, text, type: text === '' ? 'rawKeyDown' : 'keyDown' });
      await page.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' });
    },
    forget: () => page.send('Network.clearBrowserCookies', {}),
    async screenshot(clip) {
      const part = clip && { clip: { ...clip, scale: 1 }, captureBeyondViewport: true };
      const { data } = await page.send('Page.captureScreenshot', { format: 'png', ...part });
      return Buffer.from(data, 'base64');
    },
    requests: () => requests ?? [],
    messages: () => messages ?? [],
    async close() {
      page.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The address at which the browser's first page is spoken to, which the browser's own address leads to. */
async function addressOfPage(child: ChildProcess): Promise<string> {
  const browser = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, address] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('error', reject).once('exit', () => reject(new Error(`Chromium ended: ${said}`)));
  });
  const { host } = new URL(browser);
  const targets = (await (await fetch(`http://${host}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === 'page');
  if (target === undefined) throw new Error('Chromium has no page');
  return target.webSocketDebuggerUrl;
}

// The protocol's answers are what it documents.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Answer = any;

interface Connection {
  send(method: string, params: object): Promise<Answer>;
  on(event: string, listener: (params: Answer) => void): void;
  once(event: string): Promise<void>;
  close(): void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address, { maxPayload: 0 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, { resolve: (result: Answer) => void; reject: (error: Error) => void }>();
  const listeners: { event: string; listener: (params: Answer) => void }[] = [];
  let last = 0;
  socket.on('message', (data) => {
    const { id, method, params, result, error } = JSON.parse(String(data));
    if (id === undefined) {
      for (const { event, listener } of [...listeners]) if (event === method) listener(params);
    } else if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
  });
  const on: Connection['on'] = (event, listener) => void listeners.push({ event, listener });
  return {
    send(method, params) {
      const id = ++last;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    on,
    once: (event) =>
      new Promise((resolve) => {
        let isDone = false;
        on(event, () => {
          if (!isDone) resolve();
          isDone = true;
        });
      }),
    close: () => socket.close(),
  };
}
