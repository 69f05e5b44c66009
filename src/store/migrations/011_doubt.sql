-- Adds what is stored of a day (values, zeros alone, or nothing): a day of zeros among days with values is doubted.

alter table public.collection_outcomes
  add column if not exists figures text not null default 'values' check (figures in ('values', 'zero', 'nothing'));
