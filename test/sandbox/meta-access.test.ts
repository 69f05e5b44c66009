import { expect, it } from 'vitest';
import { FACEBOOK, sandboxOf } from './ask.js';

const APP = '1000000000000001|secret';
const END = '2026-12-05T08:00:00Z';

/** The parts of a batch's answer, or the answer itself. */
async function batch(relativeUrls: readonly string[], token = APP) {
  const sandbox = await sandboxOf([{ ...FACEBOOK, accessEndsAt: END }]);
  const parts = relativeUrls.map((address) => ({ method: 'GET', relative_url: address }));
  const body = new URLSearchParams({ access_token: token, include_headers: 'false', batch: JSON.stringify(parts) });
  const response = await fetch(`${sandbox.urls.META_GRAPH_URL}/v25.0/`, { method: 'POST', body });
  const answer: unknown = await response.json();
  if (!Array.isArray(answer)) return answer;
  return answer.map(({ code, body }: { code: number; body: string }) => ({ code, ...JSON.parse(body) }));
}

it('tells in a batch until when the data may be read, to the app of the token', async () => {
  const data = { is_valid: true, expires_at: 0, data_access_expires_at: Date.parse(END) / 1_000 };
  expect(await batch(['debug_token?input_token=EAApage', 'debug_token?input_token=EAAuser'])).toMatchObject([
    { code: 200, data: { ...data, type: 'PAGE' } },
    { code: 200, data: { ...data, type: 'USER' } },
  ]);
});

it('answers each part for itself', async () => {
  expect(await batch(['debug_token?input_token=EAApage', 'debug_token?input_token=EAAother', 'me'])).toMatchObject([
    { code: 200 },
    { code: 400, error: { code: 100 } },
    { code: 400, error: { code: 2500 } },
  ]);
});

it('refuses a batch of another app', async () => {
  expect(await batch(['debug_token?input_token=EAApage'], '999|secret')).toMatchObject({ error: { code: 190 } });
});

it('counts a token that is asked about in an address', async () => {
  const sandbox = await sandboxOf([FACEBOOK]);
  const url = `${sandbox.urls.META_GRAPH_URL}/v25.0/debug_token?input_token=EAApage`;
  expect((await fetch(url, { headers: { authorization: `Bearer ${APP}` } })).status).toBe(400);
  expect(sandbox.counters.tokensInUrl).toBe(1);
});
