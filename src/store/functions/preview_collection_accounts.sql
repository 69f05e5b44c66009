-- Returns what read_collection_accounts would after sync_collection_accounts, and leaves no trace: for a dry run.
create or replace function public.preview_collection_accounts(
  collected jsonb,
  for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz, since date, until date,
  of_platform text, after_key jsonb, page_size integer
)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  answer jsonb;
begin
  begin
    perform public.sync_collection_accounts(collected, for_user, 0, 1);
    answer := public.read_collection_accounts(
      for_user, for_platforms, for_shard, for_run, due_before, since, until, of_platform, after_key, page_size
    );
    raise exception 'undo' using errcode = 'AC000';
  exception
    when sqlstate 'AC000' then
      return answer;
  end;
end
$$;
