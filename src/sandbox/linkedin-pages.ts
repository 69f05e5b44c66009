import type { SandboxAccount } from './account.js';
import { invalidParameter } from './linkedin-errors.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { World } from './world.js';

/** Elements in an answer that does not ask for more. */
const COUNT = 10;

/** What concerns the member who has consented, not one page; undefined for anything else. */
export function answerMember(
  request: SandboxRequest,
  accounts: readonly SandboxAccount[],
  world: World,
): Reply | undefined {
  if (request.path === '/rest/organizationAcls') return organizationAcls(request, accounts);
  return request.path === '/rest/organizationsLookup' ? organizationsLookup(request, world.accounts) : undefined;
}

/** `GET /rest/organizationAcls`: the pages of which the token's member is an administrator. */
function organizationAcls({ query }: SandboxRequest, accounts: readonly SandboxAccount[]): Reply {
  const wanted = { q: 'roleAssignee', role: 'ADMINISTRATOR', state: 'APPROVED' };
  const wrong = Object.entries(wanted).find(([name, value]) => query.get(name) !== value);
  if (wrong) return invalidParameter(wrong[0]);
  const start = Number(query.get('start') ?? 0);
  const count = Math.min(Number(query.get('count') ?? COUNT), 100);
  const elements = accounts.slice(start, start + count).map(({ accountId }) => ({
    role: 'ADMINISTRATOR',
    state: 'APPROVED',
    organization: `urn:li:organization:${accountId}`,
    roleAssignee: 'urn:li:person:sandbox',
  }));
  return { status: 200, body: { paging: { start, count, links: [] }, elements } };
}

/** `GET /rest/organizationsLookup?ids=List(1,2)`: names of pages, which anybody may read. */
function organizationsLookup({ rawQuery }: SandboxRequest, accounts: readonly SandboxAccount[]): Reply {
  const [, ids] = /^ids=List\((\d+(?:,\d+)*)\)$/.exec(rawQuery) ?? [];
  if (ids === undefined) return invalidParameter('ids');
  const known = ids.split(',').flatMap((id) => accounts.find(({ accountId }) => accountId === id) ?? []);
  const results = known.map(({ accountId, name }) => [
    accountId,
    { id: Number(accountId), localizedName: name, vanityName: `sandbox-${accountId}` },
  ]);
  return { status: 200, body: { results: Object.fromEntries(results), statuses: {}, errors: {} } };
}
