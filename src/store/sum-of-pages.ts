/** How many accounts one call counts or changes: this takes a few hundred milliseconds. */
const PAGE_SIZE = 20_000;

/** Which accounts a call is for, as the SQL functions take it. */
export interface AccountsPage {
  readonly after_account: number;
  readonly page_size: number;
}

/** Calls for one page of accounts after another; `last` is a page's last account, null after the last page. */
export async function* pagesOfAccounts<Page extends { readonly last: number | null }>(
  ask: (page: AccountsPage) => Promise<Page>,
  pageSize = PAGE_SIZE,
): AsyncGenerator<Page> {
  for (let after: number | null = 0; after !== null; ) {
    const page: Page = await ask({ after_account: after, page_size: pageSize });
    yield page;
    after = page.last;
  }
}

/** Adds up what the calls for the pages count. */
export async function sumOfPages(
  ask: (page: AccountsPage) => Promise<{ readonly count: number; readonly last: number | null }>,
): Promise<number> {
  let sum = 0;
  for await (const { count } of pagesOfAccounts(ask)) sum += count;
  return sum;
}
