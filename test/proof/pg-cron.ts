import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, postgresFolders, startCluster } from '../support/cluster.js';

/** The folder of a PostgreSQL that has pg_cron; null where there is none. */
export const postgresWithCron: string | null =
  postgresFolders.find((folder) => existsSync(join(folder, 'lib/pg_cron.so'))) ?? null;

/** A PostgreSQL server of its own with pg_cron in it. */
export function startCronCluster(folder: string): Promise<Cluster> {
  return startCluster(folder, { settings: { shared_preload_libraries: 'pg_cron' } });
}

/**
 * What Supabase has beside pg_cron, in miniature: the Vault's view, and pg_net's function with the signature it has there,
 * which keeps the call for the test to make.
 */
export const SUPABASE_STAND_INS = `
  create schema vault;
  create table vault.secrets (name text primary key, secret text);
  create view vault.decrypted_secrets as select name, secret as decrypted_secret from vault.secrets;

  create schema net;
  create table net.calls (id bigserial primary key, url text, body jsonb, headers jsonb);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000
  ) returns bigint language sql as $$
    insert into net.calls (url, body, headers) values (http_post.url, http_post.body, http_post.headers) returning id
  $$;
  -- An extension of that name is there, as far as "create extension if not exists" looks.
  set allow_system_table_mods = on;
  insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (99999, 'pg_net', 10, 'net'::regnamespace, false, '0.14.0');
  reset allow_system_table_mods;`;
