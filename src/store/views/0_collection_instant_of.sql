-- Reads an instant from a text of the application's, in the session's time zone if it names none. NULL for a text such as 'never':
-- one such row must not keep the others from being read.
create or replace function public.collection_instant_of(given text)
returns timestamptz
language plpgsql stable strict security invoker set search_path = ''
as $$
begin
  -- The form in which PostgreSQL writes an instant in JSON needs no block that catches errors, which costs a subtransaction: it
  -- cannot fail, since 29 February is left to that block.
  if given ~ '^(?!0000)\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([+-](0\d|1[0-5]):[0-5]\d)?$' then
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
