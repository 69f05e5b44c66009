-- Creates the table that lets only one process at a time renew a connection's tokens: if two did, the tokens of one would be lost.

create table if not exists public.collection_renewals (
  connection_id text primary key,
  claimed_by uuid not null,
  claimed_at timestamptz not null
);

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  outsider text;
begin
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_renewals'::regclass) then
    alter table public.collection_renewals enable row level security;
  end if;
  for outsider in
    select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
  loop
    execute format('revoke all on public.collection_renewals from %s', outsider);
  end loop;
end
$$;
