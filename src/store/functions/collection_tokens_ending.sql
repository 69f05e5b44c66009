-- Returns the most recently renewed connection of each account if its access token ends before an instant, or what the token may read
-- does: at most 1,000, and how many it leaves out. An end that comes later is NULL. The encrypted tokens tell whether a token's date
-- means anything, which the end of an access always does: those come first, then the soonest. Of large tables a call takes one part of
-- the users: the first with parts NULL, the others up to parts - 1 of its answer.
create or replace function public.collection_tokens_ending(
  for_user text, for_platforms jsonb, for_shard jsonb, before timestamptz, part integer, parts integer
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' set jit = off
as $$
declare
  most constant integer := 1000;
  all_parts integer := coalesce(parts, public.collection_parts(for_user));
begin
  return (
    with candidates as materialized (
      select connections.*, accounts.access_ends_at
      from public.collection_connections connections
      left join public.collection_accounts accounts
        on accounts.access_ends_at < before
          and accounts.user_id = connections.user_id
          and accounts.platform = connections.platform
          and accounts.account_id = connections.account_key
          -- Of a token that has taken its place, it says nothing.
          and accounts.access_token_hash = encode(sha256(convert_to(connections.access_token, 'UTF8')), 'hex')
      where connections.active
        and (connections.token_expires_at < before or accounts.access_ends_at is not null)
        and (collection_tokens_ending.for_user is null or connections.user_id = collection_tokens_ending.for_user)
        and for_platforms ? connections.platform
        and (
          for_shard is null
          or ('x' || left(md5(connections.user_id), 8))::bit(32)::bigint % (for_shard ->> 'count')::bigint
            = (for_shard ->> 'index')::bigint - 1
        )
        and (hashtext(connections.user_id) & 2147483647) % all_parts = part
    ),
    ending as (
      select
        candidates.*,
        dates.token_ends_at,
        row_number() over (
          order by candidates.access_ends_at is null, least(dates.token_ends_at, candidates.access_ends_at), candidates.id_key
        ) as place
      from candidates
      cross join lateral (
        select case when candidates.token_expires_at < before then candidates.token_expires_at end as token_ends_at
      ) dates
      where not exists (
        select from public.collection_connections newer
        where newer.active
          and newer.user_id = candidates.user_id
          and newer.platform = candidates.platform
          and newer.account_key = candidates.account_key
          and (coalesce(newer.renewed_at, '-infinity'), newer.id_key) > (coalesce(candidates.renewed_at, '-infinity'), candidates.id_key)
      )
    )
    select jsonb_build_object(
      'parts', all_parts,
      'tokens_ending', coalesce(
        jsonb_agg(
          jsonb_build_object(
            'id', ending.id,
            'user_id', ending.user_id,
            'platform', ending.platform,
            'account_id', ending.account_id,
            'account_name', ending.account_name,
            'access_token', ending.access_token,
            'refresh_token', ending.refresh_token,
            'token_expires_at', ending.token_ends_at,
            'access_ends_at', ending.access_ends_at
          )
          order by ending.place
        ) filter (where ending.place <= most),
        '[]'
      ),
      'tokens_omitted', count(*) filter (where ending.place > most and ending.access_ends_at is null),
      'access_omitted', count(*) filter (where ending.place > most and ending.access_ends_at is not null)
    )
    from ending
  );
end
$$;
