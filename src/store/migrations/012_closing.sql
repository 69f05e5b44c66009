-- The last day whose closing figures are certain, which is to say asked for at its end or after it.

alter table public.collection_accounts
  add column if not exists closing_day date;
