-- Keeps the accounts in the order in which a run reads them.

create index if not exists collection_accounts_order
  on public.collection_accounts (
    coalesce((collected_at at time zone 'UTC')::date, '-infinity'), user_id, platform, account_id
  )
  where active;
