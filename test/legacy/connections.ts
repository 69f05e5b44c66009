import { randomUUID } from 'node:crypto';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { encrypt } from '../e2e/support/databases.js';
import type { Sql } from '../support/database.js';
import { DISCONNECTED, living, SECOND_PAGE, userId } from './accounts.js';

type Row = Readonly<Record<string, unknown>>;

/** Active connections of services that this tool does not collect. */
export const IGNORED = { google: 2, wordpress: 1, twitter: 1 };
/** LinkedIn connections that are a member's own profile. */
export const PERSONAL_PROFILES = 2;
/** The only living token of this account is in `social_media_connections`. */
export const ONLY_ELSEWHERE = living(5, 'facebook');

export const DEAD_TOKEN = encrypt('sandbox-revoked');
const NO_TOKEN = encrypt('');
/** Meta's page tokens outlive it. */
const PAST = '2025-11-02T09:15:00';
const LONG_AGO = '2024-03-01T08:00:00';
const DEAD = { access_token_encrypted: DEAD_TOKEN, refresh_token_encrypted: NO_TOKEN, created_at: LONG_AGO };

/** A row as the application writes it: a refresh token is encrypted even where there is none. */
function row(account: SandboxAccount, columns: (account: SandboxAccount) => Row): Row {
  return {
    user_id: account.userId,
    platform: account.platform,
    page_name: account.name,
    follower_count: account.followers,
    access_token_encrypted: encrypt(account.accessToken),
    refresh_token_encrypted: account.refreshToken === undefined ? NO_TOKEN : encrypt(account.refreshToken),
    ...columns(account),
  };
}

const byAccountId = ({ accountId }: SandboxAccount) => ({ page_id: accountId });
const byPage = ({ pageId }: SandboxAccount) => ({ page_id: pageId });
const byPageAndInstagram = ({ pageId, accountId }: SandboxAccount) => ({ page_id: pageId, instagram_id: accountId });
const byOrganization = ({ accountId }: SandboxAccount) => ({ organization_id: accountId, is_organization: true });
const byOrganizationAsPage = ({ accountId }: SandboxAccount) => ({ page_id: accountId, is_organization: true });

const INSTAGRAM = [
  row(living(1, 'instagram'), (account) => ({ ...byAccountId(account), token_expires_at: PAST })),
  row(living(2, 'instagram'), byPageAndInstagram),
  // The same account before it was connected again, called active to this day.
  row(living(2, 'instagram'), (account) => ({ ...byAccountId(account), ...DEAD })),
  row(living(3, 'instagram'), byPage),
  row(living(4, 'instagram'), byAccountId),
  row(living(4, 'instagram'), (account) => ({
    ...byPageAndInstagram(account),
    ...DEAD,
    connection_status: 'expired',
  })),
  row(living(5, 'instagram'), (account) => ({ ...byAccountId(account), instagram_id: account.accountId })),
];

const FACEBOOK = [
  row(living(1, 'facebook'), (account) => ({ ...byAccountId(account), token_expires_at: PAST })),
  row(SECOND_PAGE, byAccountId),
  ...[2, 3, 4].map((user) => row(living(user, 'facebook'), byAccountId)),
  row(living(3, 'facebook'), () => ({ page_id: '104599999999999', ...DEAD, is_active: false })),
];

const YOUTUBE = [
  ...[1, 2, 3, 4, 5].map((user) => row(living(user, 'youtube'), byAccountId)),
  row(living(2, 'youtube'), () => ({ page_id: 'UCsandboxclosed', ...DEAD, is_active: false })),
];

const LINKEDIN = [
  row(living(1, 'linkedin'), byOrganization),
  row(living(2, 'linkedin'), byOrganizationAsPage),
  row(living(3, 'linkedin'), byOrganization),
  member(3, 'kQz3xLb0Td'),
  member(4, 'p7WcN2vRyA'),
  row(living(5, 'linkedin'), byOrganization),
  row(living(5, 'linkedin'), (account) => ({
    ...byOrganizationAsPage(account),
    ...DEAD,
    connection_status: 'expired',
  })),
];

/** A personal profile, connected before the user's organization. */
function member(user: number, memberId: string): Row {
  return {
    user_id: userId(user),
    platform: 'linkedin',
    page_id: memberId,
    linkedin_id: memberId,
    is_organization: false,
    headline: 'Baker',
    access_token_encrypted: encrypt(`AQXsandboxMember${user}`),
    refresh_token_encrypted: NO_TOKEN,
    created_at: LONG_AGO,
  };
}

const OTHERS = [
  { user_id: userId(1), platform: 'google', page_id: 'one@example.com', google_email: 'one@example.com' },
  { user_id: userId(2), platform: 'google', page_id: 'two@example.com', google_email: 'two@example.com' },
  { user_id: userId(1), platform: 'wordpress', page_id: 'blog', wordpress_site_url: 'https://blog.example.com' },
  { user_id: userId(3), platform: 'twitter', page_id: '783214', access_token_encrypted: encrypt('tw-token') },
];

/** Rows of `social_media_connections`. */
const ELSEWHERE = [
  elsewhere(living(2, 'facebook'), { is_active: true, connection_method: 'oauth' }),
  elsewhere(ONLY_ELSEWHERE, { is_active: true, connection_method: 'token' }),
  elsewhere(DISCONNECTED, { is_active: false, connection_method: 'oauth' }),
  elsewhere(living(1, 'facebook'), { is_active: false, connection_method: 'oauth', access_token: DEAD_TOKEN }),
];

function elsewhere(account: SandboxAccount, columns: Row): Row {
  return {
    user_id: account.userId,
    platform: account.platform,
    account_id: account.accountId,
    account_name: account.name,
    access_token: encrypt(account.accessToken),
    ...columns,
  };
}

export async function seedConnections({ query }: Sql): Promise<void> {
  const connections = [...INSTAGRAM, ...FACEBOOK, ...YOUTUBE, ...LINKEDIN, ...OTHERS].map((columns, place) => ({
    id: randomUUID(),
    is_active: true,
    connection_status: 'active',
    created_at: new Date(Date.parse('2025-06-01T00:00:00Z') + place * 60_000).toISOString(),
    ...columns,
  }));
  await query(
    'insert into platform_connections select * from jsonb_populate_recordset(null::platform_connections, $1)',
    [JSON.stringify(connections)],
  );
  const others = ELSEWHERE.map((columns) => ({ id: randomUUID(), created_at: '2025-07-01T00:00:00Z', ...columns }));
  await query(
    'insert into social_media_connections select * from jsonb_populate_recordset(null::social_media_connections, $1)',
    [JSON.stringify(others)],
  );
}
