-- When something of an account may be due again, so that accounts with nothing due are not read.

alter table public.collection_accounts
  -- NULL while something is due already, or nothing is known.
  add column if not exists due_at timestamptz;
