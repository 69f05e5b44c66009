-- Adds what is known of an account's days: which metrics a day lacks, and up to which day nothing is left to collect.

alter table public.collection_outcomes
  add column if not exists missing text[];

alter table public.collection_accounts
  -- Every day up to this one is collected, empty for good or lost; NULL as long as none was collected.
  add column if not exists done_to date,
  -- {"reach": ["2026-11-01", "2026-11-21"], …}: the first and the last day that each metric of a day was there.
  add column if not exists metrics jsonb not null default '{}',
  add column if not exists days_lost integer not null default 0;

-- Of the accounts there are, the next run looks at every day since the first one without a final outcome.
update public.collection_accounts known
set done_to = coalesce(
  (
    select max(days.date)
    from (
      select outcomes.date, row_number() over (order by outcomes.date) as place
      from public.collection_outcomes outcomes
      where outcomes.account = known.id and outcomes.date >= known.first_day and outcomes.outcome in ('settled', 'no_data')
    ) days
    where days.date = known.first_day + days.place::integer - 1
  ),
  known.first_day - 1
)
where known.done_to is null and known.first_day is not null;

-- The order in which a run reads accounts: see read_collection_accounts.
create index if not exists collection_accounts_order
  on public.collection_accounts
  (coalesce((collected_at at time zone 'UTC')::date, '-infinity'), user_id, platform, account_id)
  where active;
