import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import type { Account, CheckContext, RenewedTokens } from '../contract.js';
import { ruleFor, verdictOf } from './rules.js';
import { TOKEN_RULES } from './token-errors.js';
import { has, judgePlain, refuse } from './verdicts.js';

/** An app that tokens are given to, as it appears in messages. */
export interface OAuthApp {
  /** In messages: `Google`. */
  readonly provider: string;
  /** The variables that hold its credentials. */
  readonly variables: { readonly id: string; readonly secret: string };
}

/** One of the app's credentials. Throws `PlatformError` if it is not set. */
export function configured({ provider, variables }: OAuthApp, part: 'id' | 'secret', value: string | null): string {
  if (value !== null) return value;
  throw new PlatformError(
    'configuration',
    `the ${provider} access token has expired and cannot be renewed without ${variables[part]}; set it`,
    'connection',
  );
}

/** The variables of the app's credentials that are not set, as in `Platform.missingForRenewal`. */
export function missingCredentials(
  { variables }: Pick<OAuthApp, 'variables'>,
  { clientId, clientSecret }: { readonly clientId: string | null; readonly clientSecret: string | null },
): string[][] {
  const missing = [...(clientId === null ? [variables.id] : []), ...(clientSecret === null ? [variables.secret] : [])];
  return missing.length === 0 ? [] : [missing];
}

const LONGEST_LIFE_SECONDS = 100 * 366 * 86_400;
/** How long a token lives, in seconds. An invalid number counts as absent: the token itself must not be lost because of it. */
export const life = z.number().nonnegative().max(LONGEST_LIFE_SECONDS).optional().catch(undefined);
const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: life,
  /** Absent if the former one remains in use. */
  refresh_token: z.string().min(1).optional().catch(undefined),
  refresh_token_expires_in: life,
  scope: z.string().optional(),
});
const tokenError = z.object({
  error: z.string(),
  error_subtype: z.string().optional(),
  error_description: z.string().default(''),
});

/** Throws `PlatformError` if there is none. */
export function refreshTokenOf({ refreshToken }: Pick<Account, 'refreshToken'>): string {
  if (refreshToken !== null) return refreshToken;
  const why = 'the connection has no refresh token; connect the account again';
  throw new PlatformError('needs_reconnect', why, 'connection');
}

/** How long a token lives may change, and may depend on the app, so it is taken from each answer. */
export function renewedTokens(
  answer: Pick<z.infer<typeof tokenAnswer>, 'access_token' | 'refresh_token' | 'expires_in'>,
  askedAt: Date,
): RenewedTokens {
  const { access_token: accessToken, refresh_token: refreshToken = null, expires_in: seconds } = answer;
  return {
    accessToken,
    refreshToken,
    expiresAt: seconds === undefined ? null : new Date(askedAt.getTime() + seconds * 1_000),
  };
}

/** What a token endpoint's answer to a renewal means (`TOKEN_RULES`). */
export function judgeTokens(
  { provider, variables }: OAuthApp,
  answer: HttpAnswer,
  warn: CheckContext['warn'],
): Verdict<z.infer<typeof tokenAnswer>> {
  const failure = has(answer, 'error') ? tokenError.safeParse(answer.json).data : undefined;
  if (failure !== undefined) {
    const { error, error_subtype: subtype, error_description: description } = failure;
    const words = `${subtype === undefined ? error : `${error}/${subtype}`}: ${description || 'no description'}`;
    const refusal = { status: answer.status, codes: [error], words };
    const rule = ruleFor(TOKEN_RULES, refusal);
    if (rule !== undefined) {
      const said = `${words} (HTTP ${answer.status})`;
      const tell = (SAID: string) => verdictOf(rule, refusal, { SAID, ID: variables.id, SECRET: variables.secret });
      if (!rule.ofTheApp) return tell(`the ${provider} access token could not be renewed: ${said}`);
      warn(tell(`${provider} refuses the app, so no access token can be renewed: ${said}`).error.message);
      return tell(`${provider} refuses the app: ${said}`);
    }
    if (answer.status < 500 && answer.status !== 429) {
      return refuse('unexpected_response', `${provider} did not renew the token: ${words}`, 'connection');
    }
  }
  const plain = judgePlain(`${provider}'s token endpoint`, answer);
  if (plain.kind !== 'accept') return plain;
  const parsed = tokenAnswer.safeParse(plain.value);
  if (parsed.success) return { kind: 'accept', value: parsed.data };
  return refuse('unexpected_response', `${provider}'s token endpoint answered without an access token`, 'connection');
}
