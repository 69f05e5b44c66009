-- Gives a piece of a shared run to an attempt at it: from here on no other records it. Returns its accounts that the run has not recorded, as
-- read_collection_accounts does, but with all accounts of their users counted, and what it has recorded of their days, because an
-- attempt ended before it had recorded all of an account; NULL if the piece is done.
create or replace function public.open_collection_piece(
  run_id uuid, piece integer, attempt uuid,
  for_user text, for_platforms jsonb, for_shard jsonb, due_before timestamptz, since date, until date
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  ids bigint[];
  page public.collection_accounts[];
begin
  perform from public.collection_runs runs where runs.id = open_collection_piece.run_id and runs.status = 'running' for key share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;
  update public.collection_pieces pieces
  set attempt = open_collection_piece.attempt
  where pieces.run_id = open_collection_piece.run_id and pieces.piece = open_collection_piece.piece and pieces.done_at is null
  returning pieces.accounts into ids;
  if not found then
    return jsonb_build_object('lease', 'held', 'accounts', null);
  end if;

  -- A statement of its own, which sees what the former attempt has recorded meanwhile.
  select array_agg(accounts order by given.place)
  into page
  from unnest(ids) with ordinality as given (id, place)
  join public.collection_accounts accounts on accounts.id = given.id
  where accounts.active and accounts.run_id is distinct from open_collection_piece.run_id;
  return jsonb_build_object(
    'lease', 'held',
    'accounts', public.opened_collection_accounts(
      coalesce(page, '{}'), for_user, for_platforms, for_shard, null, due_before, since, until
    ),
    'recorded', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'account', outcomes.account,
            'date', outcomes.date,
            'state', outcomes.outcome,
            'reason', outcomes.reason,
            'message', outcomes.message,
            'metrics', outcomes.metrics,
            'missing', coalesce(outcomes.missing, '{}'),
            'figures', case outcomes.metrics when 0 then 'nothing' else outcomes.figures end
          )
          order by outcomes.account, outcomes.date
        ),
        '[]'
      )
      from unnest(page) accounts
      join public.collection_outcomes outcomes on outcomes.account = accounts.id
      where outcomes.run_id = open_collection_piece.run_id
    )
  );
end
$$;
