-- Returns what is known of a platform's day at an instant: when it ends and settles, the last day that has ended, the oldest day that
-- the platform answers for, its metrics and what to do about failures. Before a run has stored the platform, these are NULL, and the
-- last ended day is that of UTC.
create or replace function public.collection_day_at(
  for_platform text, for_date date, at timestamptz,
  out ends_at timestamptz, out settles_at timestamptz, out last_ended date, out oldest date, out reach_days integer,
  out metrics jsonb, out fixes jsonb
)
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  known public.collection_platforms;
begin
  last_ended := at::date - 1;
  metrics := '{}';
  fixes := '{}';
  select * into known from public.collection_platforms platforms where platforms.platform = for_platform;
  if not found then
    return;
  end if;
  metrics := known.metrics;
  fixes := known.fixes;
  reach_days := known.reach_days;
  ends_at := (for_date + 1)::timestamp at time zone known.time_zone;
  settles_at := ends_at + known.settles_after_hours * interval '1 hour';
  last_ended := (at at time zone known.time_zone)::date - 1;
  oldest := last_ended + 1 - known.reach_days;
exception
  -- The time zone is unknown to PostgreSQL.
  when invalid_parameter_value then
    return;
end
$$;
