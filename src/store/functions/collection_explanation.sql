-- Builds the explanation of a day, or of one of its values without the value itself.
create or replace function public.collection_explanation(
  state text, reason text, since timestamptz, fix text, due_at timestamptz, sentence text
)
returns jsonb
language sql stable set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'state', state, 'sentence', sentence, 'reason', reason, 'since', since, 'fix', fix, 'due_at', due_at
  );
$$;
