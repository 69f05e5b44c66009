-- Adds since when no active connection opens an account, where collection_accounts was created without it.

alter table public.collection_accounts
  add column if not exists inactive_since timestamptz;
