-- What a run needs before its first request, in one call: updates the accounts to match the connections, keeps what the program
-- knows of its platforms (see save_collection_platforms), and returns the tokens that end before an instant and the first page of
-- accounts, as the functions called here do. Of large tables a call takes one part of the users (the first with parts NULL, the
-- others up to parts - 1 of its answer), and the page comes with the last one.
create or replace function public.open_collection_accounts(
  collected jsonb, tokens_before timestamptz, part integer, parts integer,
  for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz, since date, until date,
  page_size integer, platforms jsonb
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  all_parts integer := coalesce(parts, public.collection_parts(for_user));
  synced jsonb;
begin
  synced := public.sync_collection_accounts(collected, for_user, part, all_parts);
  if part = 0 then
    perform public.save_collection_platforms(platforms);
  end if;
  -- A statement of its own, which sees what the one before has written.
  return synced
    || public.collection_tokens_ending(for_user, for_platforms, for_shard, tokens_before, part, all_parts)
    || jsonb_build_object('page', case when part = all_parts - 1 then public.read_collection_accounts(
      for_user, for_platforms, for_shard, for_run, due_before, since, until, null, null, page_size
    ) end);
end
$$;
