import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { trueSplit, trueValue } from '../../src/sandbox/values.js';
import { ask, sandboxOf, YOUTUBE } from './ask.js';

const ID = YOUTUBE.accountId;
const CHANNEL = 'ids=channel==MINE';
const DAYS = 'startDate=2026-11-16&endDate=2026-11-21';
const UNSUPPORTED =
  'The query is not supported. Check the documentation at https://developers.google.com/youtube/analytics/v2/available_reports for a list of supported queries.';

async function report(query: string, fault?: Fault, token = YOUTUBE.accessToken) {
  const sandbox = await sandboxOf([{ ...YOUTUBE, ...(fault && { fault }) }]);
  return { sandbox, ...(await ask(`${sandbox.urls.YOUTUBE_ANALYTICS_URL}/v2/reports?${query}`, token)) };
}

/** Rows as objects, by `columnHeaders`. */
function rows(json: { columnHeaders: { name: string }[]; rows?: unknown[][] }) {
  return (json.rows ?? []).map((row) => Object.fromEntries(row.map((cell, i) => [json.columnHeaders[i]?.name, cell])));
}

describe('reports that YouTube refuses', () => {
  it.each([
    ['no dates', `${CHANNEL}&metrics=views&dimensions=day`, 400, 'required', 'Required'],
    [
      'one metric it does not have',
      `${CHANNEL}&${DAYS}&metrics=views,reach&dimensions=day`,
      400,
      'badRequest',
      UNSUPPORTED,
    ],
    [
      'impressions, documented or not',
      `${CHANNEL}&${DAYS}&metrics=videoThumbnailImpressions&dimensions=day`,
      400,
      'badRequest',
      UNSUPPORTED,
    ],
    [
      'an unlisted filter',
      `${CHANNEL}&${DAYS}&metrics=views&dimensions=day&filters=creatorContentType==shorts`,
      400,
      'badRequest',
      UNSUPPORTED,
    ],
    ['money', `${CHANNEL}&${DAYS}&metrics=estimatedRevenue&dimensions=day`, 403, 'forbidden', 'Forbidden'],
    ["another's channel", `ids=channel==UCother&${DAYS}&metrics=views&dimensions=day`, 403, 'forbidden', 'Forbidden'],
  ])('%s', async (_what, query, status, reason, message) => {
    const answer = await report(query);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatchObject({ code: status, message, errors: [{ reason }] });
  });

  it('refuses a token in the address, and a request without a token', async () => {
    const { status, sandbox } = await report(`${CHANNEL}&access_token=${YOUTUBE.accessToken}`, undefined, 'unknown');
    expect([status, sandbox.counters.tokensInUrl]).toEqual([401, 1]);
  });
});

describe('reports that YouTube returns', () => {
  it('end three Los Angeles days ago, whatever range was requested', async () => {
    const { json } = await report(`${CHANNEL}&${DAYS}&metrics=views,averageViewDuration&dimensions=day`);
    expect(rows(json).map((row) => row.day)).toEqual(['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19']);
    expect(rows(json)[3]?.views).toBe(trueValue(ID, 'views', '2026-11-19'));
  });

  it('omit the key `rows` when there are none, and omit a day without data', async () => {
    const late = 'startDate=2026-11-20&endDate=2026-11-21';
    expect((await report(`${CHANNEL}&${late}&metrics=views&dimensions=day`)).json).not.toHaveProperty('rows');
    const { json, sandbox } = await report(`${CHANNEL}&${DAYS}&metrics=views&dimensions=day`, {
      kind: 'gap',
      date: '2026-11-17',
    });
    expect(rows(json).map((row) => row.day)).toEqual(['2026-11-16', '2026-11-18', '2026-11-19']);
    expect(sandbox.fired(ID, 'gap')).toBe(1);
  });

  it('split by content type in camel case, with subscribers of no content listed separately, and add up', async () => {
    const metrics = 'views,subscribersGained,averageViewDuration';
    const { json } = await report(`${CHANNEL}&${DAYS}&metrics=${metrics}&dimensions=day,creatorContentType`);
    for (const metric of ['views', 'subscribersGained']) {
      const split = Object.fromEntries(
        rows(json)
          .filter((row) => row.day === '2026-11-18' && row[metric] !== 0)
          .map((row) => [row.creatorContentType, row[metric]]),
      );
      expect(split).toEqual(trueSplit(ID, metric, '2026-11-18', 'creatorContentType'));
      const sum = Object.values(split).reduce((total: number, value) => total + Number(value), 0);
      expect(sum).toBe(trueValue(ID, metric, '2026-11-18'));
    }
  });

  it('order their columns arbitrarily', async () => {
    const orders = new Set<string>();
    for (const day of ['10', '11', '12', '13']) {
      const query = `${CHANNEL}&startDate=2026-11-${day}&endDate=2026-11-14&metrics=views,likes,shares&dimensions=day`;
      const { json } = await report(query);
      orders.add(json.columnHeaders.map((column: { name: string }) => column.name).join());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  it('returns totals as strings, with subscribers rounded down', async () => {
    const { urls } = await sandboxOf([YOUTUBE]);
    const { json } = await ask(
      `${urls.YOUTUBE_DATA_URL}/youtube/v3/channels?part=statistics&mine=true`,
      YOUTUBE.accessToken,
    );
    expect(json.items[0]).toMatchObject({ id: ID, statistics: { subscriberCount: '12300' } });
  });
});

describe("Google's token endpoint", () => {
  const form = {
    client_id: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_ID,
    client_secret: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_SECRET,
    refresh_token: '1//one',
    grant_type: 'refresh_token',
  };
  const refresh = async (base: string, fields: Record<string, string>) => {
    const response = await fetch(`${base}/token`, { method: 'POST', body: new URLSearchParams(fields) });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };

  it('issues a token that works where the expired one does not', async () => {
    const query = `${CHANNEL}&${DAYS}&metrics=views&dimensions=day`;
    const { sandbox, status } = await report(query, { kind: 'expired_token' });
    expect(status).toBe(401);
    const { json } = await refresh(sandbox.urls.GOOGLE_OAUTH_URL, form);
    expect(json).toMatchObject({
      expires_in: 3599,
      token_type: 'Bearer',
      scope: expect.stringContaining('youtube.readonly'),
    });
    expect(json).not.toHaveProperty('refresh_token');
    expect((await ask(`${sandbox.urls.YOUTUBE_ANALYTICS_URL}/v2/reports?${query}`, json.access_token)).status).toBe(
      200,
    );
  });

  it.each([
    ['a dead refresh token', {}, 400, 'invalid_grant'],
    ['an unknown refresh token', { refresh_token: '1//two' }, 400, 'invalid_grant'],
    ['another app', { client_secret: 'wrong' }, 401, 'invalid_client'],
  ])('refuses %s', async (_what, fields, status, error) => {
    const { urls } = await sandboxOf([{ ...YOUTUBE, fault: { kind: 'dead_token' } }]);
    expect(await refresh(urls.GOOGLE_OAUTH_URL, { ...form, ...fields })).toMatchObject({ status, json: { error } });
  });
});
