-- Whether all counts of a day are 0: a day of zeros among days with values is doubted, and its outcome says why.

alter table public.collection_outcomes
  add column if not exists zero boolean not null default false;
