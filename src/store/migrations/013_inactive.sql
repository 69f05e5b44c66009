-- Since when no active connection opens an account, on a database whose accounts are older than that knowledge.

alter table public.collection_accounts
  add column if not exists inactive_since timestamptz;
