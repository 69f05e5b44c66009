-- An instant from a text of the application's, in the session's time zone where it names none; NULL where it is none, such as
-- 'never'. One row that says so must not cost the others.
create or replace function public.instant_of(given text)
returns timestamptz
language plpgsql stable security invoker set search_path = ''
as $$
begin
  -- As PostgreSQL itself writes it in JSON: no block that catches errors, which costs a subtransaction each time.
  if given ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)?$' then
    return given::timestamptz;
  end if;
  if given !~ '^\d{4}-\d\d-\d\d' then
    return null;
  end if;
  begin
    return given::timestamptz;
  exception
    when data_exception then
      return null;
  end;
end
$$;
