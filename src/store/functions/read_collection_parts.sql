-- Returns what the calls of a shared run have counted: a page of its pieces, those after after_piece, and the last one's number; NULL
-- when no more follow.
create or replace function public.read_collection_parts(run_id uuid, after_piece integer, page_size integer)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select pieces.piece, pieces.parts
    from public.collection_pieces pieces
    where pieces.run_id = read_collection_parts.run_id and pieces.piece > after_piece
    order by pieces.piece
    limit page_size
  )
  select jsonb_build_object(
    'parts', coalesce(
      (select jsonb_agg(part.value order by page.piece) from page cross join lateral jsonb_each(page.parts) part), '[]'
    ),
    'last_piece', (select case when count(*) = page_size then max(page.piece) end from page)
  );
$$;
