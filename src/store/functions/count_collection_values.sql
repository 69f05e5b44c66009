-- Returns how many accounts of a platform have settled values for a day that this run did not ask for: at most page_size of its
-- active accounts are looked at, those after after_account. last_account is the last of them, null if there are no more.
create or replace function public.count_collection_values(
  run_id uuid, for_platform text, for_date date, after_account bigint, page_size integer
)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as materialized (
    select accounts.id
    from public.collection_accounts accounts
    where accounts.platform = for_platform and accounts.active and accounts.id > after_account
    order by accounts.id
    limit page_size
  )
  select jsonb_build_object(
    'accounts', (
      select count(*)
      from page
      join public.collection_outcomes outcomes on outcomes.account = page.id and outcomes.date = for_date
      where outcomes.outcome = 'settled'
        and outcomes.metrics > 0
        and outcomes.figures = 'values'
        and outcomes.run_id <> count_collection_values.run_id
    ),
    'last_account', (select case when count(*) = page_size then max(page.id) end from page)
  );
$$;
