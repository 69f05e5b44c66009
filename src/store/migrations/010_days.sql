-- What is known of an account's days: which metrics a day lacks, and up to which day nothing is left to collect.

alter table public.collection_outcomes
  add column if not exists missing text[];

alter table public.collection_accounts
  -- Every day up to this one is collected, empty for good or lost; NULL as long as none was collected.
  add column if not exists done_to date,
  -- {"reach": ["2026-11-01", "2026-11-21"], …}: the first and the last day that each metric of a day was there.
  add column if not exists metrics jsonb not null default '{}',
  add column if not exists days_lost integer not null default 0;

-- Of accounts from before, the next run looks at every day since the first.
update public.collection_accounts set done_to = first_day - 1 where done_to is null and first_day is not null;
