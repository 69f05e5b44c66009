/** How many accounts one call counts or changes: this takes a few hundred milliseconds. */
const PAGE_SIZE = 20_000;

/** Which accounts a call is for, as the SQL functions take it. */
export interface AccountsPage {
  readonly after_account: number;
  readonly page_size: number;
}

/** Adds up what calls for one page of accounts after another count; `last` is a page's last account, null after the last page. */
export async function sumOfPages(
  ask: (page: AccountsPage) => Promise<{ readonly count: number; readonly last: number | null }>,
): Promise<number> {
  let sum = 0;
  for (let after: number | null = 0; after !== null; ) {
    const page: { readonly count: number; readonly last: number | null } = await ask({
      after_account: after,
      page_size: PAGE_SIZE,
    });
    sum += page.count;
    after = page.last;
  }
  return sum;
}
