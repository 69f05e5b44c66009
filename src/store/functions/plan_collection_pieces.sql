-- Divides the next page of a shared run's accounts into pieces of piece_size accounts: those with something due before due_before, in
-- the order of read_collection_accounts. A page that was divided before stays as it is, so that a call can be repeated.
-- counted: what was counted before the first page, and counts: {"connections", "idle"}; both NULL with the others. Returns the page's
-- pieces, and whether others follow.
create or replace function public.plan_collection_pieces(
  run_id uuid, page integer, page_size integer, piece_size integer, counted text, counts jsonb,
  for_user text, for_platforms jsonb, for_shard jsonb, due_before timestamptz
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
-- As in read_collection_accounts.
set plan_cache_mode = force_custom_plan set jit = off
as $$
declare
  planned jsonb;
  after_key jsonb;
  next_key jsonb;
  ids bigint[];
begin
  select runs.shared into planned from public.collection_runs runs
  where runs.id = plan_collection_pieces.run_id and runs.status = 'running'
  for no key update;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;

  if coalesce((planned ->> 'page')::integer, -1) < page then
    after_key := nullif(planned -> 'next_key', 'null');
    with selected as (
      select (selected.account).id, selected.collected_on, (selected.account).user_id, (selected.account).platform,
        (selected.account).account_id, (selected.account).collected_at,
        row_number() over (
          order by selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id
        ) as place
      from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
      where not selected.is_idle
        and (selected.account).run_id is distinct from plan_collection_pieces.run_id
        and (selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id) > (
          coalesce((after_key ->> 0)::date, '-infinity'), coalesce(after_key ->> 1, ''),
          coalesce(after_key ->> 2, ''), coalesce(after_key ->> 3, '')
        )
      order by selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id
      limit page_size
    )
    select
      array_agg(selected.id order by selected.place) filter (
        -- Another run that collects an account meanwhile moves it to the end of the order. Of the others, the pieces are not searched.
        where selected.collected_at is null or selected.collected_at < (planned ->> 'started_at')::timestamptz or not exists (
          select from public.collection_pieces pieces
          where pieces.run_id = plan_collection_pieces.run_id and pieces.accounts @> array[selected.id]
        )
      ),
      (
        array_agg(jsonb_build_array(selected.collected_on, selected.user_id, selected.platform, selected.account_id))
          filter (where selected.place = page_size)
      )[1]
    into ids, next_key
    from selected;

    if counted is not null then
      insert into public.collection_pieces (run_id, piece, page, accounts, parts, done_at)
      values (plan_collection_pieces.run_id, 0, page, '{}', jsonb_build_object('planning', jsonb_build_object('counted', counted)), clock_timestamp());
    end if;
    insert into public.collection_pieces (run_id, piece, page, accounts)
    select plan_collection_pieces.run_id, last.piece + given.number, page, given.accounts
    from (
      select max(pieces.piece) as piece from public.collection_pieces pieces where pieces.run_id = plan_collection_pieces.run_id
    ) last
    cross join (
      select (given.place - 1) / piece_size + 1 as number, array_agg(given.id order by given.place) as accounts
      from unnest(ids) with ordinality as given (id, place)
      group by 1
    ) given;
    update public.collection_runs runs
    set shared = planned || coalesce(nullif(counts, 'null'), '{}') || jsonb_build_object(
      'page', page, 'next_key', next_key, 'is_planned', next_key is null,
      'pieces', coalesce((planned ->> 'pieces')::integer, 0) + ceil(coalesce(cardinality(ids), 0)::numeric / piece_size)::integer,
      'accounts', coalesce((planned ->> 'accounts')::integer, 0) + coalesce(cardinality(ids), 0)
    )
    where runs.id = plan_collection_pieces.run_id
    returning runs.shared into planned;
  end if;

  return jsonb_build_object(
    'lease', 'held',
    'is_planned', planned -> 'is_planned',
    'pieces', (
      select coalesce(jsonb_agg(pieces.piece order by pieces.piece), '[]')
      from public.collection_pieces pieces
      where pieces.run_id = plan_collection_pieces.run_id and pieces.page = plan_collection_pieces.page and pieces.piece > 0
    )
  );
end
$$;
