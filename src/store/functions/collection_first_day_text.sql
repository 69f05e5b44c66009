-- Says from which day on an account is collected, as a sentence to append.
create or replace function public.collection_first_day_text(known public.collection_accounts)
returns text
language sql immutable set search_path = ''
as $$
  select case
    when known.first_day is null then ' Nothing of the account has been collected yet.'
    else format(' The account is collected from %s on; earlier days only when they are named.', known.first_day)
  end;
$$;
