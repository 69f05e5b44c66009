import { count, dayOfYear, formatNumber } from '../../text.js';
import { type Html, html, named } from './html.js';
import type { Todo, TodoAccount, TodoAction } from './todo.js';

/** Up to this many accounts, the list is open at first. */
const SHOWN_OPEN = 10;

/** What to do, and about which accounts. */
export function todoSection({ actions, listed, omitted }: Todo): Html {
  if (actions.length === 0) return html`<section id="todo"><h2>To do</h2><p class="none">Nothing.</p></section>`;
  return html`<section id="todo">
<h2>To do</h2>
<ul class="todo">${grouped(actions).map(actionItem)}</ul>
${listed.length === 0 ? null : accountList(listed, omitted)}
</section>`;
}

/** Groups actions by reason: what to do is the same on all platforms. */
function grouped(actions: readonly TodoAction[]): [TodoAction, ...TodoAction[]][] {
  const groups = new Map<string, [TodoAction, ...TodoAction[]]>();
  for (const action of actions) {
    const group = groups.get(action.reason);
    if (group === undefined) groups.set(action.reason, [action]);
    else group.push(action);
  }
  return [...groups.values()].sort((one, other) => accountsOf(other) - accountsOf(one));
}

function accountsOf(group: readonly TodoAction[]): number {
  return group.reduce((sum, { accounts }) => sum + accounts, 0);
}

function actionItem(group: [TodoAction, ...TodoAction[]]): Html {
  const [{ reason, fix }] = group;
  const runs = Math.max(...group.map((action) => action.runs));
  const since = group.flatMap((action) => action.since || []).sort()[0];
  const runsText = runs > 0 ? `, up to ${count(runs, 'run')}` : '';
  return html`<li><span class="many">${formatNumber(accountsOf(group))}</span> <code>${reason}</code> <span>${fix}</span>
<span class="period">${since === undefined ? null : `since ${dayOfYear(since)}${runsText}`}</span>
<span class="where lead">${group.map(({ platform, accounts }, index) => html`${index > 0 ? ', ' : null}${formatNumber(accounts)} ${named(platform)}`)}</span></li>
`;
}

function accountList(listed: readonly TodoAccount[], omitted: number): Html {
  const title =
    omitted > 0
      ? `${formatNumber(listed.length)} of ${count(listed.length + omitted, 'account')}`
      : count(listed.length, 'account');
  return html`<details${listed.length <= SHOWN_OPEN ? ' open' : ''}><summary>${title}, one by one</summary>
<div class="scroll"><table class="list listed"><thead><tr><th>Account</th><th>User</th><th>Reason</th><th class="since">Since</th></tr></thead>
<tbody>${listed.map(accountRow)}</tbody></table></div></details>`;
}

function accountRow({ platform, userId, accountId, accountName, reason, message, since }: TodoAccount): Html {
  const name = accountName ?? accountId;
  return html`<tr><td>${name === null ? 'unnamed' : named(name)}<br><small>${named(platform)}${accountName === null || accountId === null ? null : html` ${named(accountId)}`}</small></td><td>${named(userId)}</td><td><code>${reason}</code>${message === null ? null : html`<br><small>${named(message)}</small>`}</td><td class="since">${since === null ? null : dayOfYear(since)}</td></tr>
`;
}
