import type { ListedAccount } from '../../store/account-states.js';
import { FIXES, OTHER_FIXES } from '../fixes.js';
import type { Action, FailingReport, StatusReport } from '../status-report.js';

/** How many accounts the page lists one by one. */
const MOST_LISTED = 100;

/** How many accounts there are, how many of them are up to date, and what to do about the others. */
export interface Todo {
  readonly accounts: number;
  readonly upToDate: number;
  readonly actions: readonly TodoAction[];
  readonly listed: readonly TodoAccount[];
  /** How many of the accounts in `actions` are not listed. */
  readonly omitted: number;
}

export type TodoAction = Pick<Action, 'platform' | 'reason' | 'accounts' | 'since' | 'runs' | 'fix'>;

export interface TodoAccount {
  readonly platform: string;
  readonly userId: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly reason: Action['reason'];
  readonly message: string | null;
  readonly since: string | null;
}

/** `without` reads the accounts without data and those that no run has reached, which the status only counts. */
export async function todoOfAll(
  { platforms, actions }: StatusReport,
  without: () => AsyncIterable<readonly ListedAccount[]>,
): Promise<Todo> {
  const listed = platforms.flatMap(({ platform, failing, missing_permission }) =>
    [...failing, ...missing_permission].map((account) => failingAccount(platform, account)),
  );
  const rest = actions.reduce((sum, { accounts, runs }) => sum + (runs === 0 ? accounts : 0), 0);
  const most = Math.min(rest, MOST_LISTED - listed.length);
  if (most > 0) listed.push(...(await firstOf(without(), most)));
  return {
    accounts: platforms.reduce((sum, { accounts }) => sum + accounts, 0),
    upToDate: platforms.reduce((sum, { complete, late }) => sum + complete + late, 0),
    actions,
    ...bounded(listed, actions),
  };
}

async function firstOf(pages: AsyncIterable<readonly ListedAccount[]>, most: number): Promise<TodoAccount[]> {
  const first: TodoAccount[] = [];
  for await (const page of pages) {
    for (const account of page) {
      const reason = actionOf(account)?.reason;
      if (reason !== undefined) first.push({ ...account, reason });
      if (first.length === most) return first;
    }
  }
  return first;
}

export async function todoOfUser(pages: AsyncIterable<readonly ListedAccount[]>): Promise<Todo> {
  let [accounts, upToDate] = [0, 0];
  const actions = new Map<string, TodoAction>();
  const listed: TodoAccount[] = [];
  for await (const page of pages) {
    for (const account of page) {
      accounts++;
      if (account.state === 'complete' || account.state === 'late') upToDate++;
      const found = actionOf(account);
      if (found === null) continue;
      const key = `${found.platform} ${found.reason}`;
      actions.set(key, merged(actions.get(key), found));
      if (listed.length < MOST_LISTED) listed.push({ ...account, reason: found.reason });
    }
  }
  const sorted = [...actions.values()].sort((one, other) => other.accounts - one.accounts);
  return { accounts, upToDate, actions: sorted, ...bounded(listed, sorted) };
}

function actionOf({ platform, state, reason, since, runs }: ListedAccount): TodoAction | null {
  const known = { platform, accounts: 1, since: since ?? '', runs };
  if (state === 'no_data' || state === 'not_reached') return { ...known, reason: state, fix: OTHER_FIXES[state] };
  return reason === null ? null : { ...known, reason, fix: FIXES[reason] };
}

function merged(one: TodoAction | undefined, other: TodoAction): TodoAction {
  if (one === undefined) return other;
  return {
    ...one,
    accounts: one.accounts + other.accounts,
    since: one.since < other.since ? one.since : other.since,
    runs: Math.max(one.runs, other.runs),
  };
}

function bounded(listed: readonly TodoAccount[], actions: readonly TodoAction[]): Pick<Todo, 'listed' | 'omitted'> {
  const some = listed.slice(0, MOST_LISTED);
  return { listed: some, omitted: actions.reduce((sum, { accounts }) => sum + accounts, 0) - some.length };
}

function failingAccount(platform: string, account: FailingReport): TodoAccount {
  return {
    platform,
    userId: account.user_id,
    accountId: account.account_id,
    accountName: account.account_name,
    reason: account.reason,
    message: account.message,
    since: account.failing_since,
  };
}
