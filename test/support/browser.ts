import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Null where there is none. */
export const CHROMIUM =
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? null;

const LONGEST_MS = 30_000;

export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly reducedMotion?: boolean;
  readonly script?: boolean;
}

type Result = Readonly<Record<string, unknown>>;

/** A tab of a headless Chromium, driven over the DevTools protocol. */
export interface Tab {
  goTo(url: string): Promise<void>;
  look(look: Look): Promise<void>;
  /** The JSON value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
  /** Types as a keyboard does, where the focus is. */
  type(text: string): Promise<void>;
  press(key: 'Tab' | 'Enter'): Promise<void>;
  screenshot(): Promise<Buffer>;
  /** What the page has written to its console, and what it was refused. */
  readonly complaints: readonly string[];
}

export interface Browser {
  /** A tab that shares nothing with others. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'];
  const child = spawn(CHROMIUM ?? '', [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const socket = new WebSocket(await addressOf(child.stderr));
  await once(socket, 'open');

  let sent = 0;
  const waiting = new Map<number, (answer: { result?: Result; error?: { message: string } }) => void>();
  const listeners = new Set<(event: { sessionId?: string; method: string; params: Result }) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
    if (message.method !== undefined) for (const listener of listeners) listener(message);
  });

  function send(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    sent++;
    const id = sent;
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`)),
      );
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  return {
    async open() {
      const { browserContextId } = await send('Target.createBrowserContext');
      const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const complaints: string[] = [];
      listeners.add((event) => {
        if (event.sessionId !== sessionId) return;
        if (event.method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(event.params));
        if (event.method === 'Log.entryAdded') complaints.push(String((event.params.entry as Result).text));
      });
      const ask = (method: string, params: object = {}) => send(method, params, String(sessionId));
      await Promise.all(['Page.enable', 'Runtime.enable', 'Log.enable'].map((method) => ask(method)));
      return tabOf(ask, complaints);
    },
    async close() {
      socket.close();
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function tabOf(ask: (method: string, params?: object) => Promise<Result>, complaints: readonly string[]): Tab {
  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }
  async function until(expression: string): Promise<void> {
    const deadline = Date.now() + LONGEST_MS;
    // While a page is being replaced by another, it has no context to evaluate in.
    while (!(await evaluate<boolean>(`Boolean(${expression})`).catch(() => false))) {
      if (Date.now() > deadline) {
        const shown = await evaluate('document.body.innerText').catch(String);
        throw new Error(`${expression} did not come true; the page shows:\n${shown}`);
      }
      await sleep(50);
    }
  }
  return {
    complaints,
    evaluate,
    until,
    async goTo(url) {
      await ask('Page.navigate', { url });
      await until(`location.href !== 'about:blank' && document.readyState === 'complete'`);
    },
    async look({ width, height = 900, dark = false, reducedMotion = false, script = true }) {
      await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
      const features = [
        { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
        { name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference' },
      ];
      await ask('Emulation.setEmulatedMedia', { features });
      await ask('Emulation.setScriptExecutionDisabled', { value: !script });
    },
    type: async (text) => void (await ask('Input.insertText', { text })),
    async press(key) {
      const [code, text] = key === 'Tab' ? [9, ''] : [13, '\r'];
      const event = { key, code: key, windowsVirtualKeyCode: code, text };
      await ask('Input.dispatchKeyEvent', { ...event, type: text === '' ? 'rawKeyDown' : 'keyDown' });
      await ask('Input.dispatchKeyEvent', { ...event, type: 'keyUp', text: '' });
    },
    async screenshot() {
      const { data } = await ask('Page.captureScreenshot');
      return Buffer.from(String(data), 'base64');
    },
  };
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  for await (const text of stderr.setEncoding('utf8')) {
    said += text;
    const [, address] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
  }
  throw new Error(`Chromium did not start: ${said}`);
}
