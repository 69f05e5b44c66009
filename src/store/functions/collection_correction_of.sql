-- Returns the metadata under which a given value replaces an existing one, or NULL when the existing one stays. A row of another
-- account stays; so does one of another writer, which knows nothing of settling, unless it is adopted. Otherwise the value
-- fetched last is right: if it differs, it replaces the existing one and keeps the first one beside it. A row once settled stays
-- settled.
create or replace function public.collection_correction_of(
  existing_value numeric, existing jsonb, given_value numeric, given jsonb, refresh boolean, adopt boolean
)
returns jsonb
language sql immutable
as $$
  select case
    when not coalesce(existing, '{}') ? 'settled' then case when adopt then given end
    when existing ->> 'account_id' <> given ->> 'account_id' or existing ->> 'fetched_at' > given ->> 'fetched_at' then null
    when existing_value <> given_value then
      given || jsonb_build_object(
        'settled', coalesce((existing ->> 'settled')::boolean, false) or (given ->> 'settled')::boolean,
        'first', coalesce(
          existing -> 'first', jsonb_build_object('value', existing_value, 'fetched_at', existing -> 'fetched_at')
        ),
        'revised_at', given -> 'fetched_at'
      )
    when refresh
      or given ->> 'settled' = 'true' and existing ->> 'settled' is distinct from 'true'
      or existing - array['fetched_at', 'settled', 'first', 'revised_at']
        is distinct from given - array['fetched_at', 'settled', 'first', 'revised_at']
    then
      given || jsonb_build_object(
        'settled', coalesce((existing ->> 'settled')::boolean, false) or (given ->> 'settled')::boolean
      ) || jsonb_strip_nulls(jsonb_build_object('first', existing -> 'first', 'revised_at', existing -> 'revised_at'))
  end;
$$;
