import type { App } from '../../app.js';
import type { AccountStatus, AccountsFilter } from '../../report/status-accounts.js';
import { ACCOUNTS_HEADER, accountDetails, accountLine } from '../render/accounts.js';
import { jsonDocument } from '../render/text.js';

export type AccountsFormat = 'table' | 'csv' | 'json';

const FIELDS = [
  'user_id',
  'platform',
  'account_id',
  'account_name',
  'connection_id',
  'state',
  'reason',
  'message',
  'since',
  'runs',
  'last_day',
  'fix',
] as const satisfies readonly (keyof AccountStatus)[];

/** Prints the accounts while they are read, so that memory does not grow with their number. */
export async function printAccounts(
  app: App,
  filter: AccountsFilter,
  { days, format }: { readonly days: number; readonly format: AccountsFormat },
): Promise<void> {
  const pages = app.accountStatuses(filter, days);
  for await (const text of format === 'csv' ? csv(pages) : format === 'json' ? json(pages) : table(pages)) {
    // Waits until the reader has taken it, or has gone.
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  }
}

type Pages = AsyncIterable<readonly AccountStatus[]>;

async function* csv(pages: Pages): AsyncGenerator<string> {
  const { csvRows } = await import('../csv.js');
  yield csvRows([FIELDS]);
  for await (const accounts of pages) yield csvRows(accounts.map((account) => FIELDS.map((field) => account[field])));
}

async function* json(pages: Pages): AsyncGenerator<string> {
  let before = '{\n  "accounts": [';
  for await (const accounts of pages) {
    for (const account of accounts) {
      yield `${before}\n    ${jsonDocument(account).trimEnd().replaceAll('\n', '\n    ')}`;
      before = ',';
    }
  }
  yield before === ',' ? '\n  ]\n}\n' : `${before}]\n}\n`;
}

async function* table(pages: Pages): AsyncGenerator<string> {
  let only: AccountStatus | null = null;
  let isTable = false;
  for await (const accounts of pages) {
    const all: readonly AccountStatus[] = only === null ? accounts : [only, ...accounts];
    only = null;
    const [first] = all;
    if (!isTable && all.length === 1 && first !== undefined) {
      only = first;
      continue;
    }
    yield `${isTable ? '' : `${ACCOUNTS_HEADER}\n`}${all.map((account) => `${accountLine(account)}\n`).join('')}`;
    isTable = true;
  }
  if (only !== null) yield `${accountDetails(only).join('\n')}\n`;
  else if (!isTable) yield 'no accounts match\n';
}
