-- Removes a connection. Its account, with what was collected of it, stays.
create or replace function public.remove_collection_connection(connection_id text)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  delete from public.platform_connections connections where connections.id::text = remove_collection_connection.connection_id;
  return jsonb_build_object('removed', found);
end
$$;
