import { get } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { NotThisAnswer } from '../../src/connect/answer.js';
import { type Listener, listen } from '../../src/connect/listen.js';
import { CollectError } from '../../src/errors.js';

const open: Listener[] = [];
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});

async function listening(): Promise<Listener> {
  const listener = await listen(0);
  open.push(listener);
  return listener;
}

const codeOf = (parameters: URLSearchParams) => parameters.get('code');
const ask = ({ port }: Listener, path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);

test('takes one answer, only at its path, and tells the browser that the window can be closed', async () => {
  const listener = await listening();
  const answer = listener.answer('/done', codeOf);
  expect((await ask(listener, '/favicon.ico')).status).toBe(404);
  expect((await ask(listener, '/?code=elsewhere')).status).toBe(404);
  expect((await ask(listener, '/done')).status).toBe(404);
  expect((await ask(listener, '/done?code=posted', { method: 'POST' })).status).toBe(404);

  const page = await ask(listener, '/done?code=first&state=s');
  expect(page.status).toBe(200);
  expect(await answer).toBe('first');
  expect(await page.text()).toContain('You can close this window');
  expect((await ask(listener, '/done?code=second')).status).toBe(404);
});

test('the page is not cached, loads nothing, runs no script and shows nothing of the address', async () => {
  const listener = await listening();
  void listener.answer('/', codeOf);
  const page = await ask(listener, '/?code=secret-code&state=<script>alert(1)</script>');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'nonce-\S+'; img-src data:;/,
  );
  const html = await page.text();
  expect(html).not.toMatch(/<script|secret-code|http:|href="(?!data:)/);
});

test('the page says why nothing was connected, with the words of a known error only', async () => {
  const listener = await listening();
  const answer = listener.answer('/', () => {
    throw new CollectError('consent_failed', 'Acme refused the <request>.', 'Run the command again.');
  });
  answer.catch(() => undefined);
  const page = await ask(listener, '/?error=x&state=s');
  expect(page.status).toBe(400);
  expect(await page.text()).toContain('Acme refused the &lt;request&gt;. You can close this window');
  await expect(answer).rejects.toMatchObject({ code: 'consent_failed' });
});

test('goes on listening after the answer to another request, and tells the browser so', async () => {
  const listener = await listening();
  const answer = listener.answer('/', (parameters) => {
    if (parameters.get('state') !== 'mine') throw new NotThisAnswer('This answers another request.');
    return parameters.get('code');
  });
  const page = await ask(listener, '/?code=planted&state=another');
  expect(page.status).toBe(400);
  expect(await page.text()).toContain('This answers another request.');
  await ask(listener, '/?code=first&state=mine');
  expect(await answer).toBe('first');
});

test('does not listen on the addresses that other machines reach', async (context) => {
  const [address] = Object.values(networkInterfaces())
    .flat()
    .flatMap((each) => (each && !each.internal && each.family === 'IPv4' ? [each.address] : []));
  if (address === undefined) return context.skip();
  const { port } = await listening();
  await expect(
    new Promise((resolve, reject) => get({ host: address, port }, resolve).on('error', reject)),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test.each(['//', 'http://[', '/\\\\?code=1'])(
  'keeps waiting after a request for an invalid address: %s',
  async (target) => {
    const listener = await listening();
    const answer = listener.answer('/', codeOf);
    const { port } = listener;
    const status = await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: target }, ({ statusCode }) => resolve(statusCode)).on('error', reject);
    });
    expect(status).toBe(404);
    await ask(listener, '/?code=first');
    expect(await answer).toBe('first');
  },
);

test('names a port that is in use', async () => {
  const { port } = await listening();
  await expect(listen(port)).rejects.toMatchObject({
    code: 'address_taken',
    message: expect.stringContaining(`:${port}`),
  });
});
