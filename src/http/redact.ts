const NAMED_SECRET =
  /\b(access_token"?[=:]|refresh_token"?[=:]|client_secret"?[=:]|appsecret_proof"?[=:]|Bearer)(\s*"?)([^\s&"',}]{8,})/gi;
/** As in postgres://user:password@host. */
const PASSWORD_IN_ADDRESS = /(\/\/[^\s/:@]*:)[^\s/@]+@/g;
/** A shorter one is guessed sooner than read, and stands in other words by chance. */
const SHORTEST_SECRET = 8;
/** Longer ones are no words. */
const WORD = /^[\p{L}_-]{1,15}$/u;
const LONG_WORD = /[A-Za-z0-9_\-.|+=%~]{32,}/g;

/**
 * Removes secrets from a text that may end up in a log, a row or a summary: the given ones, plain, URL-encoded and in base64, and
 * anything that looks like a token, because an API may echo one that it issued itself. Secrets of fewer than eight characters stay, and
 * one that could be a word is removed only where it is not a part of another.
 */
export function redact(text: string, secrets: readonly (string | null)[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === null || secret.length < SHORTEST_SECRET) continue;
    for (const form of writtenForms(secret)) {
      clean = WORD.test(form) ? withoutWord(clean, form) : clean.replaceAll(form, '[redacted]');
    }
  }
  return clean
    .replace(NAMED_SECRET, '$1$2[redacted]')
    .replace(PASSWORD_IN_ADDRESS, '$1[redacted]@')
    .replace(LONG_WORD, (word) => (looksRandom(word) ? '[redacted]' : word));
}

function withoutWord(text: string, word: string): string {
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])${word}(?![\\p{L}\\p{N}_-])`, 'gu'), '[redacted]');
}

function writtenForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const formEncoded = new URLSearchParams({ s: secret }).toString().slice(2);
  return [
    secret,
    encodeURIComponent(secret),
    formEncoded,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

/** Tokens mix upper case, lower case and digits; metric names and host names do not. */
function looksRandom(word: string): boolean {
  return /[A-Z]/.test(word) && /[a-z]/.test(word) && /\d/.test(word);
}
