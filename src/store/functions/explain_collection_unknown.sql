-- Says which of user, platform and account does not exist, and lists those that do. See explain_collection_day.
create or replace function public.explain_collection_unknown(for_user text, for_platform text, for_account text)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with accounts as (
    select known.platform, known.account_id from public.collection_accounts known where known.user_id = for_user
    union
    select connections.platform, connections.account_key from public.collection_connections connections where connections.user_id = for_user
  ),
  lacking as (
    select case
      when not exists (select from accounts) then 'user'
      when not exists (select from accounts where accounts.platform = for_platform) then 'platform'
      when for_account is not null and not exists (
        select from accounts where accounts.platform = for_platform and accounts.account_id = for_account
      ) then 'account'
    end as name
  )
  select public.collection_explanation(
    'missing',
    case when lacking.name is null then 'not_collected_yet' else 'unknown_' || lacking.name end,
    null, null, null,
    case lacking.name
      when 'user' then format('There is no user %s.', for_user)
      when 'platform' then format('The user has no account on %s.', for_platform)
      when 'account' then format('The user has no account %s on %s.', for_account, for_platform)
      else 'The account is connected, and no run has read it yet.'
    end
  ) || jsonb_build_object(
    'notes', '[]'::jsonb,
    'unknown', lacking.name,
    'known', case lacking.name
      when 'platform' then (select jsonb_agg(distinct accounts.platform) from accounts)
      when 'account' then (
        select jsonb_agg(accounts.account_id order by accounts.account_id) from accounts where accounts.platform = for_platform
      )
      else '[]'
    end,
    'metrics', '{}'::jsonb
  )
  from lacking;
$$;
