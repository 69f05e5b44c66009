-- Keeps what the program knows of each platform, so that explain_day can tell of a day, and since when an account is the primary one.

create table if not exists public.collection_platforms (
  platform text primary key,
  -- Where the platform's days end, and how many hours later their values are final.
  time_zone text not null,
  settles_after_hours integer not null,
  -- For how many ended days it answers.
  reach_days integer not null,
  -- {"reach": {"unit", "aggregate", "period", "alias_of", "breaks": [{"from", "until", "change"}]}, …}
  metrics jsonb not null,
  -- What to do about accounts that fail, by reason.
  fixes jsonb not null
);

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  outsider text;
begin
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_platforms'::regclass) then
    alter table public.collection_platforms enable row level security;
  end if;
  for outsider in
    select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
  loop
    execute format('revoke all on public.collection_platforms from %s', outsider);
  end loop;
end
$$;

alter table public.collection_accounts
  -- Since when its rows are in analytics_snapshots in place of another account's; NULL if they always were, or never.
  add column if not exists primary_since timestamptz;
