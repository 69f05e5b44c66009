import type { Rule } from '../shared/rules.js';

/** A row of Meta's table. The error that it makes of a refusal is a `GraphError`. */
export type MetaRule = Extract<Rule, { readonly reason: unknown }> & {
  /** The token is valid, but a Page's token is required. */
  readonly wantsPageToken?: true;
};

const OF_THE_APP = { kind: 'refuse', reason: 'configuration', scope: 'platform' } as const;
const OF_THE_ACCOUNT_ID = { kind: 'refuse', reason: 'configuration', scope: 'connection' } as const;
const DEAD_TOKEN = { kind: 'refuse', reason: 'needs_reconnect', scope: 'connection' } as const;
const NO_PERMISSION = { kind: 'refuse', reason: 'missing_permission', scope: 'connection' } as const;
const THROTTLED = { kind: 'retry', reason: 'throttled', scope: 'connection' } as const;
const TROUBLE = { kind: 'retry', reason: 'platform_error', scope: 'day' } as const;
const BAD_REQUEST = { kind: 'refuse', reason: 'unexpected_response', scope: 'day' } as const;

const NEEDS_PAGE_TOKEN = {
  ...NO_PERMISSION,
  wantsPageToken: true,
  message: '$SAID; connect the account as a person with full access to the Page',
} as const;

/** The app's limit covers a rolling hour, and further calls lengthen the block. */
const APP_REST_MS = 300_000;

/**
 * What errors of the Graph API mean. Neither the HTTP status nor the error's `type` is reliable: code 100 comes as
 * `OAuthException`, throttling as HTTP 400. Sources: the error-handling and rate-limiting pages of the Graph API documentation,
 * and recorded answers.
 */
export const RULES: readonly MetaRule[] = [
  // The app: these also come with codes 190 and 200, but a new token does not help.
  {
    words: /application has been deleted/i,
    ...OF_THE_APP,
    message: '$SAID; the Meta app that issued the tokens is gone: restore it, or set up another one',
  },
  {
    words: /data use checkup/i,
    ...OF_THE_APP,
    message: '$SAID; an administrator of the app must complete the Data Use Checkup in the App Dashboard',
  },
  {
    words: /API access (?:is |was |has been )?(?:blocked|deactivated|disrupted)/i,
    ...OF_THE_APP,
    message: '$SAID; an administrator of the app must complete what Meta asks for in the App Dashboard',
  },
  { words: /appsecret_proof/i, ...OF_THE_APP, message: '$SAID; check META_APP_SECRET' },
  { codes: [104], ...OF_THE_APP, message: '$SAID; check META_APP_SECRET' },

  // The token.
  {
    words: /page access token is required|(?:called with|requires) a page access token/i,
    ...NEEDS_PAGE_TOKEN,
  },
  { codes: [190], subcodes: [2069032], ...NEEDS_PAGE_TOKEN },
  {
    codes: [190],
    subcodes: [459, 464],
    ...DEAD_TOKEN,
    message:
      "$SAID; the token's owner must log in at facebook.com and follow the instructions there; then connect the account again",
  },
  { codes: [102, 190], ...DEAD_TOKEN, message: '$SAID; connect the account again' },

  // The account id.
  {
    codes: [21],
    words: /migrated to page ID (\d+)/i,
    ...OF_THE_ACCOUNT_ID,
    message: '$SAID; set the account id to $1',
  },
  { codes: [21], ...OF_THE_ACCOUNT_ID, message: "$SAID; set the account id to the Page's new id" },
  { codes: [803], ...OF_THE_ACCOUNT_ID, message: '$SAID; Meta has no object with this account id; correct it' },
  {
    codes: [100],
    words: /nonexisting field .*on node type \(User\)/i,
    ...OF_THE_ACCOUNT_ID,
    message: '$SAID; the account id belongs to a person; set it to the id of the Page or of the Instagram account',
  },
  { codes: [2500], ...OF_THE_ACCOUNT_ID, message: '$SAID; check the account id and META_GRAPH_VERSION' },

  // Permissions.
  {
    codes: [100],
    subcodes: [33],
    ...NO_PERMISSION,
    message:
      '$SAID; the token does not open this account; connect the account as a person who manages it, or correct the account id',
  },
  {
    codes: [10],
    words: /page public content access/i,
    ...NO_PERMISSION,
    message: '$SAID; connect the account as a person with a role on the Page',
  },
  {
    codes: [3, 10, [200, 299]],
    ...NO_PERMISSION,
    message: '$SAID; connect the account again and grant $PERMISSIONS',
  },

  // Limits: of the app, then of a person, a Page or an account.
  { codes: [4, 341], ...THROTTLED, kind: 'rest', restMs: APP_REST_MS },
  { codes: [17, 32, 613, [80_000, 80_014]], ...THROTTLED },
  { codes: [368], ...THROTTLED, kind: 'refuse' },

  // Some bad requests are also refused with code 1, so it gets few retries or none.
  { codes: [1], isTransient: false, ...BAD_REQUEST },
  { codes: [1], ...TROUBLE, maxAttempts: 2 },
  { codes: [-1], ...TROUBLE, kind: 'refuse' },
  { codes: [2], ...TROUBLE },
  { isTransient: true, ...TROUBLE },
  { codes: [100, 3001], ...BAD_REQUEST },

  // For a code that is not in the table, the HTTP status decides.
  { statuses: [429], ...THROTTLED },
  { statuses: [[500, 599]], ...TROUBLE },
];

export const UNKNOWN: MetaRule = { ...TROUBLE, kind: 'refuse' };
