import { createInterface } from 'node:readline/promises';
import { CollectError, Interrupted } from '../errors.js';
import { isNonEmpty, type NonEmpty } from '../platforms/contract.js';
import { shorten } from '../text.js';
import { usageError } from './flags.js';
import { cleanText, WIDTH } from './render/text.js';

/** How many accounts a message names. */
const MOST_NAMED = 20;

/** What is chosen from. */
interface Choice {
  readonly accountId: string;
  readonly accountName: string | null;
}

export interface ChoiceFlags {
  readonly account?: readonly string[] | undefined;
  readonly all?: true | undefined;
}

/** The accounts that the flags name; null if somebody has to be asked. Throws `CollectError`: `not_found`. */
export function chosenByFlags<T extends Choice>(
  found: readonly T[],
  { account, all }: ChoiceFlags,
): readonly T[] | null {
  if (account === undefined) return all || found.length === 1 ? found : null;
  const missing = account.find((id) => !found.some(({ accountId }) => accountId === id));
  if (missing === undefined) return found.filter(({ accountId }) => account.includes(accountId));
  throw new CollectError(
    'not_found',
    `The consent does not open the account ${cleanText(missing)}, and nothing was stored.`,
    `It opens: ${idsOf(found)}.`,
  );
}

/** The accounts that an answer such as `1,3`, `1 3` or `all` chooses; null if it makes no sense. */
export function parseChoice<T>(text: string, found: readonly T[]): NonEmpty<T> | null {
  const words = text
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (words.length === 1 && words[0] === 'all') return isNonEmpty(found) ? found : null;
  if (!words.every((word) => /^\d{1,4}$/.test(word) && found[Number(word) - 1] !== undefined)) return null;
  const chosen = found.filter((_, index) => words.some((word) => Number(word) === index + 1));
  return isNonEmpty(chosen) ? chosen : null;
}

/** `  1  17841400000000000  Name`, each in one line of a terminal. */
export function renderChoices(found: readonly Choice[]): string {
  const column = Math.max(...found.map(({ accountId }) => accountId.length));
  const lines = found.map(({ accountId, accountName }, index) => {
    const number = String(index + 1).padStart(String(found.length).length + 2);
    return shorten(
      `${number}  ${cleanText(accountId).padEnd(column)}  ${cleanText(accountName ?? '')}`.trimEnd(),
      WIDTH,
    );
  });
  return `${lines.join('\n')}\n`;
}

interface Terminal {
  readonly keyboard: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly screen: NodeJS.WritableStream;
}

/** Asks which accounts to connect, until the answer makes sense. Throws `Interrupted` on Ctrl-C, `CollectError` without a terminal. */
export async function askChoice<T extends Choice>(
  found: readonly T[],
  { keyboard, screen }: Terminal = { keyboard: process.stdin, screen: process.stderr },
): Promise<readonly T[]> {
  if (!keyboard.isTTY) {
    throw usageError(
      `The consent opens ${found.length} accounts, and there is no terminal to ask which to connect: ${idsOf(found)}.`,
      'Add --all, or --account ID for each of them.',
    );
  }
  screen.write(renderChoices(found));
  const lines = createInterface({ input: keyboard, output: screen });
  try {
    for (;;) {
      const chosen = parseChoice(await answerTo(lines, `Connect which? Numbers such as 1,2, or all: `), found);
      if (chosen !== null) return chosen;
      screen.write(`There are the numbers 1 to ${found.length}.\n`);
    }
  } finally {
    lines.close();
  }
}

function answerTo(lines: ReturnType<typeof createInterface>, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => reject(new Interrupted())).once('close', () => reject(new Interrupted()));
    lines.question(question).then(resolve, reject);
  });
}

function idsOf(found: readonly Choice[]): string {
  const named = found
    .slice(0, MOST_NAMED)
    .map(({ accountId, accountName }) => cleanText(accountName === null ? accountId : `${accountId} (${accountName})`));
  const more = found.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
