-- Drops the functions of earlier versions that lack "collection" in their names or have another name now. An application may have
-- functions of the same names, and even of the same arguments: list_connections() takes none. So each is known by a piece of source
-- that every version of it has. An earlier collection_connections uses instant_of, so the views are replaced before.
do $$
declare
  former regprocedure;
begin
  for former in
    select functions.oid::regprocedure
    from pg_catalog.pg_proc functions
    join (
      values
        ('begin_collection', 'public.collection_runs runs'),
        ('renew_collection', 'public.collection_runs runs'),
        ('finish_collection', 'public.collection_runs runs'),
        ('read_collection', 'public.collection_runs runs'),
        ('last_collection', 'public.collection_runs runs'),
        ('sync_accounts', $piece$hashtextextended('analytics-collect accounts', 0)$piece$),
        ('successions', 'from public.collection_accounts rivals'),
        ('find_successions', 'from public.collection_accounts rivals'),
        ('make_primary', 'where accounts.id = make_primary.account;'),
        ('read_accounts', '(read_accounts.for_user is null or accounts.user_id = read_accounts.for_user)'),
        ('preview_accounts', 'answer := public.read_accounts('),
        ('doubt_day', $piece$set outcome = 'provisional', reason = 'platform_anomaly'$piece$),
        ('written_since', $piece$where metadata ? 'settled' and metadata ->> 'fetched_at' >= since$piece$),
        ('tokens_ending', $piece$'has_refresh_token', connections.refresh_token is not null$piece$),
        ('tokens_ending', '(tokens_ending.for_user is null or connections.user_id = tokens_ending.for_user)'),
        ('list_connections', 'order by connections.age_key'),
        ('list_connections', 'order by connections.created_at, connections.id_key'),
        ('count_connections', $piece$where connections.access_token like 'gAAAA%'$piece$),
        ('save_connection', 'from jsonb_populate_record(null::public.platform_connections, $1)'),
        ('save_collection_connection', 'from jsonb_populate_record(null::public.platform_connections, $1)'),
        ('remove_connection', 'where connections.id::text = remove_connection.connection_id;'),
        ('choose_primary', 'where connections.id = choose_primary.connection_id;'),
        ('connected_accounts', 'group by connections.user_id, connections.platform, connections.account_key;'),
        ('correction_of', $piece$existing ->> 'fetched_at' > given ->> 'fetched_at'$piece$),
        ('save_accounts', 'insert into public.collection_accounts as known'),
        ('settle_days', $piece$account ->> 'closed_to' is not null$piece$),
        ('schema_findings', 'cross join lateral aclexplode(application.relacl) rights'),
        ('instant_of', $piece$if given !~ '^\d{4}-\d\d-\d\d' then$piece$)
    ) as known (name, piece) on known.name = functions.proname and strpos(functions.prosrc, known.piece) > 0
    where functions.pronamespace = 'public'::regnamespace
  loop
    execute format('drop function %s', former);
  end loop;
end
$$;
