-- Ends a process's claim to renew a connection's tokens.
create or replace function public.release_collection_renewal(connection_id text, claimed_by uuid)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  delete from public.collection_renewals held
  where held.connection_id = release_collection_renewal.connection_id and held.claimed_by = release_collection_renewal.claimed_by;
  return jsonb_build_object('released', found);
end
$$;
