import type { FaultKind, FaultOf, SandboxAccount, SandboxPlatform } from './account.js';
import type { Code, Consented } from './consent.js';

/** A token's account, and where it is valid: `user` and `page` at graph.facebook.com, `instagram` at graph.instagram.com, `bearer` elsewhere. */
export interface Grant {
  readonly account: SandboxAccount;
  readonly kind: 'user' | 'page' | 'instagram' | 'bearer';
}

/** What a Graph id stands for. A Page can be a Facebook account, the Page of an Instagram account, or both. */
export type GraphNode =
  | { readonly kind: 'instagram'; readonly account: SandboxAccount }
  | { readonly kind: 'page'; readonly id: string; facebook?: SandboxAccount; instagram?: SandboxAccount };

/** The state that the platforms of one sandbox share. */
export interface World {
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Metrics that the platforms have retired. */
  readonly refusedMetrics: ReadonlySet<string>;
  /** APIs (LinkedIn: resources) whose daily quota has been used up elsewhere. */
  readonly exhausted: ReadonlySet<string>;
  /** APIs that are not enabled for the app. */
  readonly disabled: ReadonlySet<string>;
  /** Uses one of the YouTube Analytics API's queries for the last minute; false if none is left. */
  takeYoutubeQuery(): boolean;
  /** Uses one of LinkedIn's calls for today (UTC); false if none is left. */
  takeLinkedinCall(): boolean;
  /** Whether an account is refused a metric, either alone or like everyone. */
  refuses(account: SandboxAccount, metric: string): boolean;
  /** If given, graph.facebook.com requires an `appsecret_proof`. */
  readonly metaAppSecret: string | undefined;
  readonly accounts: readonly SandboxAccount[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** What consents have given, to be exchanged for tokens. */
  readonly codes: Map<string, Code>;
  /** An account of a platform that asks for no token. */
  account(platform: SandboxPlatform, accountId: string): SandboxAccount | undefined;
  readonly counters: Counters;
  /** Several accounts may share a token. */
  grants(token: string): readonly Grant[];
  refreshable(token: string, platform: SandboxPlatform): SandboxAccount | undefined;
  /** A new access token for an account, valid from now on. */
  issueToken(account: SandboxAccount): string;
  /** A new access token of somebody who has consented, which opens the accounts; there may be none. */
  issueConsented(consented: Consented, kind: Grant['kind']): string;
  /** What a token of somebody who has consented stands for; undefined for any other token. */
  consented(token: string): Consented | undefined;
  /** A new refresh token for an account, beside those that it has. */
  issueRefreshToken(account: SandboxAccount): string;
  /** A new refresh token for an account, in place of a former one, which is dead from now on. */
  replaceRefreshToken(former: string, account: SandboxAccount): string;
  /** The account's fault of that kind, unless it has already occurred as often as it should; counts it as having occurred. */
  meets<K extends FaultKind>(account: SandboxAccount, kind: K): FaultOf<K> | undefined;
  fired(accountId: string, kind: FaultKind): number;
}

/** Counts of requests. */
export interface Counters {
  requests: number;
  /** Requests for an address that the API does not have. */
  unexpected: number;
  /** Requests that carried a token in the query. */
  tokensInUrl: number;
  /** Requests for a `paging` address. */
  pagingFollowed: number;
  readonly byApi: Record<string, number>;
}

interface WorldOptions {
  readonly accounts: readonly SandboxAccount[];
  readonly now: () => Date;
  readonly refusedMetrics: readonly string[];
  readonly metaAppSecret: string | undefined;
  readonly exhausted: readonly string[];
  readonly disabled: readonly string[];
  readonly youtubeQueriesPerMinute: number;
  readonly linkedinCallsPerDay: number;
}

export function createWorld(options: WorldOptions): World {
  const tokens = new Map<string, Grant[]>();
  const refreshTokens = new Map<string, SandboxAccount>();
  const replaced = new Set<string>();
  const nodes = new Map<string, GraphNode>();
  const open = new Map<string, SandboxAccount>();
  const firings = new Map<string, number>();
  const youtubeQueries: number[] = [];
  const linkedinCalls = new Map<string, number>();
  const consented = new Map<string, Consented>();
  const refusedMetrics = new Set(options.refusedMetrics);
  let issued = 0;

  const grant = (token: string, account: SandboxAccount, kind: Grant['kind']) => {
    const known = tokens.get(token);
    if (known) known.push({ account, kind });
    else tokens.set(token, [{ account, kind }]);
  };
  for (const account of options.accounts) {
    if (account.accessToken === '') open.set(`${account.platform} ${account.accountId}`, account);
    else grant(account.accessToken, account, kindOfToken(account));
    if (account.pageToken) grant(account.pageToken, account, 'page');
    if (account.refreshToken) refreshTokens.set(`${account.platform} ${account.refreshToken}`, account);
    addNodes(nodes, account);
  }

  const meets: World['meets'] = (account, kind) => {
    const { fault } = account;
    if (!fault || !isKind(fault, kind)) return undefined;
    const key = `${account.accountId} ${kind}`;
    const met = firings.get(key) ?? 0;
    if (fault.times !== undefined && met >= fault.times) return undefined;
    firings.set(key, met + 1);
    return fault;
  };

  const issueRefreshToken: World['issueRefreshToken'] = (account) => {
    issued += 1;
    const token = `${account.refreshToken}-renewed-${issued}`;
    replaced.delete(`${account.platform} ${token}`);
    refreshTokens.set(`${account.platform} ${token}`, account);
    return token;
  };

  return {
    now: () => options.now().getTime(),
    refusedMetrics,
    exhausted: new Set(options.exhausted),
    disabled: new Set(options.disabled),
    takeYoutubeQuery() {
      const now = options.now().getTime();
      while (youtubeQueries[0] !== undefined && youtubeQueries[0] <= now - 60_000) youtubeQueries.shift();
      if (youtubeQueries.length >= options.youtubeQueriesPerMinute) return false;
      if (options.youtubeQueriesPerMinute < Number.POSITIVE_INFINITY) youtubeQueries.push(now);
      return true;
    },
    takeLinkedinCall() {
      const today = options.now().toISOString().slice(0, 10);
      const calls = linkedinCalls.get(today) ?? 0;
      if (calls >= options.linkedinCallsPerDay) return false;
      linkedinCalls.set(today, calls + 1);
      return true;
    },
    refuses(account, metric) {
      const { fault } = account;
      if (fault?.kind === 'refused_metric' && fault.metric === metric) return meets(account, fault.kind) !== undefined;
      return refusedMetrics.has(metric) || meets(account, 'wrong_kind') !== undefined;
    },
    metaAppSecret: options.metaAppSecret,
    accounts: options.accounts,
    nodes,
    codes: new Map(),
    account: (platform, accountId) => open.get(`${platform} ${accountId}`),
    counters: { requests: 0, unexpected: 0, tokensInUrl: 0, pagingFollowed: 0, byApi: {} },
    grants: (token) => tokens.get(token) ?? tokens.get(firstOf(token)) ?? [],
    refreshable(token, platform) {
      if (replaced.has(`${platform} ${token}`)) return undefined;
      return refreshTokens.get(`${platform} ${token}`) ?? refreshTokens.get(`${platform} ${firstOf(token)}`);
    },
    issueToken(account) {
      issued += 1;
      const token = `${account.accessToken}-renewed-${issued}`;
      grant(token, account, kindOfToken(account));
      return token;
    },
    issueConsented(given, kind) {
      issued += 1;
      const token = `${given.accounts[0]?.accessToken ?? 'sandbox'}-consented-${issued}`;
      consented.set(token, given);
      for (const account of given.accounts) grant(token, account, kind);
      return token;
    },
    consented: (token) => consented.get(token),
    issueRefreshToken,
    replaceRefreshToken(former, account) {
      for (const dead of [former, firstOf(former)]) {
        replaced.add(`${account.platform} ${dead}`);
        refreshTokens.delete(`${account.platform} ${dead}`);
      }
      return issueRefreshToken(account);
    },
    meets,
    fired: (accountId, kind) => firings.get(`${accountId} ${kind}`) ?? 0,
  };
}

/** The token that a renewed one began as: with a kept database, a sandbox meets tokens that an earlier process of it has given. */
function firstOf(token: string): string {
  return token.replace(/-renewed-\d+$/, '');
}

function isKind<K extends FaultKind>(fault: NonNullable<SandboxAccount['fault']>, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

function kindOfToken(account: SandboxAccount): Grant['kind'] {
  if (account.platform === 'instagram') return account.accessToken.startsWith('IG') ? 'instagram' : 'user';
  if (account.platform === 'facebook')
    return account.pageToken && account.pageToken !== account.accessToken ? 'user' : 'page';
  return 'bearer';
}

function addNodes(nodes: Map<string, GraphNode>, account: SandboxAccount): void {
  if (account.platform === 'instagram') {
    nodes.set(account.accountId, { kind: 'instagram', account });
    if (account.pageId) page(nodes, account.pageId).instagram = account;
  } else if (account.platform === 'facebook') {
    page(nodes, account.accountId).facebook = account;
  }
}

function page(nodes: Map<string, GraphNode>, id: string): GraphNode & { kind: 'page' } {
  const known = nodes.get(id);
  if (known?.kind === 'page') return known;
  const created = { kind: 'page', id } as const;
  nodes.set(id, created);
  return created;
}
