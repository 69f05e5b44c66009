-- Adds the last day whose closing figures are certain because they were asked for at its end or later.

alter table public.collection_accounts
  add column if not exists closing_day date;
