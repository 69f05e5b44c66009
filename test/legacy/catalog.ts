import type { Sql } from '../support/database.js';

/** Row level security, grants and policies of the application's tables. */
export async function access({ query }: Sql) {
  return query(
    `select relname, relrowsecurity, relforcerowsecurity, array(select acl::text from unnest(relacl) acl order by 1) as grants,
       (select jsonb_agg(to_jsonb(policies) order by policyname) from pg_policies policies
        where schemaname = 'public' and tablename = relname) as policies
     from pg_class
     where relnamespace = 'public'::regnamespace
       and relname in ('platform_connections', 'social_media_connections', 'analytics_snapshots')
     order by relname`,
  );
}

/** Every table, view and function of the schema "public", with all that belongs to it. */
export async function everything({ query }: Sql) {
  return query(
    `select 'relation' as kind, relname as name,
       jsonb_build_object(
         'kind', relkind, 'security', array[relrowsecurity, relforcerowsecurity], 'options', reloptions,
         'grants', array(select acl::text from unnest(relacl) acl order by 1),
         'view', case relkind when 'v' then pg_get_viewdef(oid) end,
         'columns', array(
           select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
           from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
           where attrelid = pg_class.oid and attnum > 0 and not attisdropped
           order by attnum
         ),
         'indexes', array(
           select concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid) from pg_index where indrelid = pg_class.oid order by 1
         ),
         'constraints', array(
           select concat_ws(' ', conname, pg_get_constraintdef(oid)) from pg_constraint where conrelid = pg_class.oid order by 1
         ),
         'triggers', array(
           select pg_get_triggerdef(oid) from pg_trigger where tgrelid = pg_class.oid and not tgisinternal order by 1
         ),
         'policies', (
           select jsonb_agg(to_jsonb(policies) order by policyname) from pg_policies policies
           where schemaname = 'public' and tablename = relname
         )
       ) as definition
     from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
     union all
     select 'function', oid::regprocedure::text,
       jsonb_build_object('body', pg_get_functiondef(oid), 'grants', array(select acl::text from unnest(proacl) acl order by 1))
     from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f'
     order by kind, name`,
  );
}

/** Answers a query as one of Supabase's roles; `authenticated` is the user's sign-in. */
export async function as(
  { query }: Sql,
  { role, userId = '' }: { readonly role: string; readonly userId?: string },
  text: string,
): Promise<Record<string, unknown>[]> {
  await query(`begin; set local role ${role}; set local request.jwt.claim.sub = '${userId}'`);
  try {
    return await query(text);
  } finally {
    await query('rollback');
  }
}
