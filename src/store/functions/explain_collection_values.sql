-- Sums up the explanations of a day's values. metrics: one by one; absence: why the day lacks values.
create or replace function public.explain_collection_values(metrics jsonb, absence jsonb)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with given as (
    select given.value ->> 'state' as state, given.value -> 'value' <> 'null' and given.value ->> 'reason' is distinct from 'foreign' as is_there
    from jsonb_each(metrics) given
    where given.value ->> 'alias_of' is null
  ),
  told as (
    -- A missing value of a doubtful day is not itself doubtful.
    select given.is_there, case when given.is_there or given.state <> 'doubtful' then given.state else 'missing' end as state
    from given
  ),
  places as (
    select state.name, state.place, count(told.state) as values
    from (
      values ('doubtful', 1), ('provisional', 2), ('corrected', 3), ('final', 4), ('missing', 5), ('lost', 6), ('not_due', 7)
    ) state (name, place)
    join told on told.state = state.name
    group by state.name, state.place
  ),
  counts as (
    select
      (select count(*) from told where told.is_there) as there,
      (select string_agg(format('%s %s', places.values, places.name), ', ' order by places.place) from places where places.place <= 4) as present,
      (
        select string_agg(format('%s %s', places.values, replace(places.name, '_', ' ')), ', ' order by places.place)
        from places
        where places.place > 4
      ) as absent,
      (select places.name from places where places.place <= 4 order by places.place limit 1) as least_certain
  )
  select case
    when counts.there = 0 then absence
    else jsonb_build_object(
      'state', counts.least_certain,
      'sentence', case
        when counts.present = format('1 %s', counts.least_certain) then format('The only value is %s', counts.least_certain)
        when counts.present = format('%s %s', counts.there, counts.least_certain) then
          format('All %s values are %s', counts.there, counts.least_certain)
        else format('%s values: %s', counts.there, counts.present)
      end
        || coalesce('; ' || counts.absent, '') || '.'
        || case coalesce(absence ->> 'reason', '')
          when 'not_given' then ''
          when 'unsettled' then coalesce(' The day settles on ' || public.collection_time_text((absence ->> 'due_at')::timestamptz) || '.', '')
          else ' ' || (absence ->> 'sentence')
        end,
      'reason', case when absence ->> 'reason' not in ('not_given', 'unsettled') then absence ->> 'reason' end,
      'since', absence -> 'since', 'fix', absence -> 'fix', 'due_at', absence -> 'due_at'
    )
  end
  from counts;
$$;
