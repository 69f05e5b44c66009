-- Returns active accounts, those collected longest ago first, each with its connections and with its outcomes from since, or from
-- the first day that is not done, to until. See selected_collection_accounts for the filters; due_before NULL reads idle accounts too.
-- A page has at most page_size accounts, those of of_platform (NULL: of all) after after_key, each with the number of accounts of its
-- user that are still to be read or, like itself, in this page; the first one counts them all. No state is kept between pages but the key.
-- An account that this run has collected is not read again; one that another run collects meanwhile may be.
create or replace function public.read_collection_accounts(
  for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz, since date, until date,
  of_platform text, after_key jsonb, page_size integer
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
-- A plan for the values at hand knows how small a page is. Compiling the statements would take longer than running them.
set plan_cache_mode = force_custom_plan set jit = off
as $$
declare
  page public.collection_accounts[];
  counts jsonb;
begin
  select array_agg(ordered.account)
  into page
  from (
    select selected.account
    from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
    where not selected.is_idle
      and (of_platform is null or (selected.account).platform = of_platform)
      and (for_run is null or (selected.account).run_id is distinct from for_run)
      and (selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id) > (
        coalesce((after_key ->> 0)::date, '-infinity'), coalesce(after_key ->> 1, ''),
        coalesce(after_key ->> 2, ''), coalesce(after_key ->> 3, '')
      )
    order by selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id
    limit page_size
  ) ordered;
  page := coalesce(page, '{}');

  if after_key is null then
    select jsonb_build_object(
      'accounts', coalesce(sum(users.accounts), 0),
      'idle_users', count(*) filter (where users.is_idle),
      'idle', (
        select coalesce(jsonb_object_agg(idle.platform, idle.accounts), '{}')
        from (
          select (selected.account).platform, count(*) as accounts
          from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
          where selected.is_idle
          group by 1
        ) idle
      )
    )
    into counts
    from (
      select count(*) as accounts, bool_and(selected.is_idle) as is_idle
      from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
      group by (selected.account).user_id
    ) users;
  end if;

  return jsonb_build_object(
    'counts', counts,
    'next_key', (
      select jsonb_build_array(
        coalesce((last.collected_at at time zone 'UTC')::date, '-infinity'), last.user_id, last.platform, last.account_id
      )
      from unnest(page[page_size:]) last
    ),
    'accounts', public.opened_collection_accounts(page, for_user, for_platforms, for_shard, for_run, due_before, since, until)
  );
end
$$;
