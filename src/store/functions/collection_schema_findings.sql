-- Lists what the schema leaves as it is in the application's own tables, with the statements that would change it.
create or replace function public.collection_schema_findings()
returns table (finding text, remedy text)
language sql stable security invoker set search_path = ''
as $$
  with application as (
    select tables.oid, tables.relname::text as name, tables.relrowsecurity as has_rls, tables.relacl, tables.relowner
    from pg_catalog.pg_class tables
    where tables.oid in (
      to_regclass('public.analytics_snapshots'), to_regclass('public.platform_connections'),
      to_regclass('public.social_media_connections')
    )
  ),
  granted as (
    select
      application.name,
      rights.grantee,
      case rights.grantee when 0 then 'public' else rights.grantee::regrole::text end as role_name,
      array_agg(lower(rights.privilege_type) order by rights.privilege_type) as privileges
    from application
    cross join lateral aclexplode(application.relacl) rights
    where rights.grantee <> application.relowner
    group by application.name, rights.grantee
  )
  -- The role that applies the schema may not reference the table of users.
  select distinct
    format('Deleting a user of %s leaves their rows in this tool''s tables', keys.confrelid::regclass),
    format('grant references on %s to %I; -- then apply the schema again', keys.confrelid::regclass, current_user)
  from pg_catalog.pg_constraint keys
  join pg_catalog.pg_attribute own on own.attrelid = keys.conrelid and own.attnum = keys.conkey[1]
  where keys.contype = 'f'
    and keys.confdeltype = 'c'
    and cardinality(keys.conkey) = 1
    and own.attname = 'user_id'
    and keys.conrelid in ('public.analytics_snapshots'::regclass, 'public.platform_connections'::regclass)
    and not exists (
      select from pg_catalog.pg_attribute where attrelid = 'public.collection_accounts'::regclass and attname = 'owner'
    )
  union all
  -- The schema cannot change a column that a view reads, be it the application's or this tool's.
  select
    format('analytics_snapshots.value is %s, which would round or refuse values: runs write nothing', value_type.name),
    'drop view if exists public.analytics_daily, public.analytics_by_account; alter table public.analytics_snapshots alter column value type numeric; -- then apply the schema again'
  from (
    select format_type(columns.atttypid, columns.atttypmod) as name
    from pg_catalog.pg_attribute columns
    where columns.attrelid = 'public.analytics_snapshots'::regclass and columns.attname = 'value'
  ) value_type
  where value_type.name <> 'numeric'
  union all
  select
    format('%s: row level security is off', application.name),
    format('alter table public.%I enable row level security;', application.name)
  from application
  where not application.has_rls
  union all
  select
    format('%s: %s may %s', granted.name, granted.role_name, array_to_string(writing.privileges, ', ')),
    format('revoke %s on public.%I from %s;', array_to_string(writing.privileges, ', '), granted.name, granted.role_name)
  from granted
  cross join lateral (
    select array_agg(privilege) as privileges
    from unnest(granted.privileges) privilege
    where privilege in ('insert', 'update', 'delete', 'truncate', 'references', 'trigger')
  ) writing
  where granted.role_name in ('public', 'anon', 'authenticated') and writing.privileges is not null
  union all
  select
    format('%s may read analytics_snapshots, but not the rows of other accounts or the views', granted.role_name),
    format(
      'grant select on public.analytics_account_snapshots, public.analytics_by_account, public.analytics_daily to %1$s; create policy %2$I on public.analytics_account_snapshots for select to %1$s using (true);',
      granted.role_name, 'all rows for ' || granted.role_name
    )
  from granted
  where granted.name = 'analytics_snapshots'
    and 'select' = any (granted.privileges)
    and granted.role_name not in ('anon', 'service_role')
    and case
      when granted.grantee = 0 then not exists (
        select from pg_catalog.pg_class tables
        cross join lateral aclexplode(tables.relacl) rights
        where tables.oid = 'public.analytics_account_snapshots'::regclass and rights.grantee = 0
      )
      else not has_table_privilege(granted.grantee, 'public.analytics_account_snapshots', 'select')
    end;
$$;
