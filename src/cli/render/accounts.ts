import type { AccountStatus } from '../../report/status-accounts.js';
import { cutMiddle, padToWidth } from './table.js';
import { cleanText, WIDTH } from './text.js';
import { wrap } from './wrap.js';

/** The widths are fixed, so that a line can be printed before the next account is read. */
const COLUMNS = [
  { title: 'platform', width: 9, text: ({ platform }: AccountStatus) => platform },
  { title: 'account', width: 18, text: nameOf },
  { title: 'user', width: 14, text: ({ user_id }: AccountStatus) => user_id },
  { title: 'state', width: 19, text: ({ reason, state }: AccountStatus) => reason ?? state },
  { title: 'since', width: 10, text: ({ since }: AccountStatus) => since ?? '' },
] as const;

export const ACCOUNTS_HEADER = lineOf(COLUMNS.map(({ title }) => title));

/** One account in at most 80 columns. */
export function accountLine(account: AccountStatus): string {
  return lineOf(COLUMNS.map(({ text }) => cleanText(text(account))));
}

/** Everything about one account, when no other is listed. */
export function accountDetails(account: AccountStatus): string[] {
  const { runs, since } = account;
  const facts = [
    [
      'account',
      `${account.platform} ${nameOf(account)}${account.account_name === null ? '' : ` (${account.account_name})`}`,
    ],
    ['user', account.user_id],
    ['state', account.state],
    ['reason', account.reason],
    ['since', since !== null && runs > 0 ? `${since}, ${runs === 1 ? '1 run' : `${runs} runs`}` : since],
    ['message', account.message],
    ['fix', account.fix],
    ['newest day', account.last_day ?? 'none'],
  ] as const;
  return facts.flatMap(([name, fact]) =>
    fact === null ? [] : wrap(`${name.padEnd(12)}${cleanText(fact)}`, WIDTH, ' '.repeat(12)),
  );
}

function nameOf({ account_id, connection_id }: AccountStatus): string {
  return account_id ?? `connection ${connection_id ?? ''}`.trim();
}

function lineOf(cells: readonly string[]): string {
  return cells
    .map((cell, index) => padToWidth(cutMiddle(cell, COLUMNS[index]?.width ?? 0), COLUMNS[index]?.width ?? 0))
    .join('  ')
    .trimEnd();
}
