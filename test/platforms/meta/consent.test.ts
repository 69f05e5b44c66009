import { describe, expect, test } from 'vitest';
import { facebook } from '../../../src/platforms/facebook/facebook.js';
import { instagram } from '../../../src/platforms/instagram/instagram.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const CONSENT = { accessToken: 'SHORT', refreshToken: null, expiresAt: NOW, refreshExpiresAt: null, answer: {} };
const GRANTED = [
  'pages_show_list',
  'pages_read_engagement',
  'business_management',
  'read_insights',
  'instagram_basic',
  'instagram_manage_insights',
];
const PAGE = { name: 'Oslo Cycles', access_token: 'PAGE', tasks: ['ANALYZE'] };

interface Api {
  readonly granted?: readonly string[];
  readonly pages?: readonly object[];
  readonly exchange?: (url: URL) => Answer;
}

async function listed(create: typeof facebook, { granted = GRANTED, pages = [], exchange }: Api) {
  const { url, requests } = await serveApi((asked, token) => {
    if (asked.pathname.endsWith('/access_token')) return exchange?.(asked) ?? [200, { access_token: 'LONG' }];
    if (token !== 'LONG') return [400, { error: { code: 190, message: 'not the long-lived token' } }];
    if (asked.pathname.endsWith('/me/permissions')) {
      return [
        200,
        {
          data: GRANTED.map((permission) => ({
            permission,
            status: granted.includes(permission) ? 'granted' : 'declined',
          })),
        },
      ];
    }
    const first = Number(asked.searchParams.get('after') ?? 0);
    const next = first + 2 < pages.length ? { next: `${url}/followed?access_token=LONG` } : {};
    return [200, { data: pages.slice(first, first + 2), paging: { cursors: { after: String(first + 2) }, ...next } }];
  });
  const platform = create({
    graphUrl: url,
    instagramUrl: url,
    loginUrl: url,
    version: 'v25.0',
    appId: '1',
    appSecret: 'app-secret',
  });
  const lent = lentContext(NOW);
  const found = await platform.consent?.accounts(CONSENT, lent.context);
  return { found, requests, warnings: lent.warnings };
}

describe('the Pages that a consent opens', () => {
  test('are all listed, each with its own token, which has no end', async () => {
    const pages = ['101', '102', '103'].map((id) => ({ ...PAGE, id, access_token: `PAGE${id}` }));
    const { found, requests } = await listed(facebook, { pages });
    expect(found).toEqual(
      pages.map(({ id, access_token }) => ({
        accountId: id,
        accountName: 'Oslo Cycles',
        accessToken: access_token,
        refreshToken: null,
        tokenExpiresAt: null,
      })),
    );
    expect(requests.map(({ pathname }) => pathname)).not.toContain('/followed');
    // No token and no secret in an address.
    expect(requests.join(' ')).not.toMatch(/SHORT|LONG|app-secret/);
  });

  test('leave out those whose insights the person may not see, with a warning', async () => {
    const pages = [
      { ...PAGE, id: '101' },
      { ...PAGE, id: '102', tasks: ['MODERATE'] },
      { ...PAGE, id: '103', access_token: undefined },
    ];
    const { found, warnings } = await listed(facebook, { pages });
    expect(found?.map(({ accountId }) => accountId)).toEqual(['101']);
    expect(warnings).toEqual([expect.stringContaining('102'), expect.stringContaining('103')]);
  });

  test('are refused if a permission was left out: without it, insights would be empty', async () => {
    const granted = GRANTED.filter((permission) => permission !== 'read_insights');
    await expect(listed(facebook, { granted, pages: [{ ...PAGE, id: '101' }] })).rejects.toMatchObject({
      reason: 'missing_permission',
      message: 'the consent lacks read_insights',
    });
  });

  test('give their Instagram accounts, with the token of the Page', async () => {
    const { found } = await listed((settings) => instagram(settings, null), {
      pages: [
        { ...PAGE, id: '101', instagram_business_account: { id: '17841400000000001', username: 'oslo' } },
        { ...PAGE, id: '102' },
      ],
    });
    expect(found).toEqual([
      {
        accountId: '17841400000000001',
        accountName: 'oslo',
        accessToken: 'PAGE',
        refreshToken: null,
        tokenExpiresAt: null,
      },
    ]);
  });
});

describe('the exchange for a long-lived token', () => {
  test('has the parameters in the address only if the body is not accepted', async () => {
    const exchange = ({ searchParams }: URL): Answer =>
      searchParams.get('fb_exchange_token') === 'SHORT'
        ? [200, { access_token: 'LONG' }]
        : [400, { error: { code: 100, message: 'Unsupported post request' } }];
    const { found } = await listed(facebook, { pages: [{ ...PAGE, id: '101' }], exchange });
    expect(found).toHaveLength(1);
  });

  test('is not retried after a refusal', async () => {
    let asked = 0;
    const exchange = (): Answer => {
      asked++;
      return [400, { error: { code: 190, message: 'Session has expired' } }];
    };
    await expect(listed(facebook, { exchange })).rejects.toMatchObject({ reason: 'needs_reconnect' });
    expect(asked).toBe(1);
  });
});
