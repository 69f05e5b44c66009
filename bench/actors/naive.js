/*
 * The obvious design, as a baseline: one API call after another, one upsert per metric. It knows three metrics of each platform,
 * and one kind of token. `DATE` is the day, whose first and last instant (Unix seconds) are `SINCE` and `UNTIL`.
 */
import { createClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';

const { SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, META_GRAPH_URL, META_GRAPH_VERSION, DATE, SINCE, UNTIL } = process.env;
const QUERIES = {
  instagram: 'metric=reach,views,total_interactions&metric_type=total_value',
  facebook: 'metric=page_media_view,page_post_engagements,page_views_total',
};
const supabase = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, { realtime: { transport: WebSocket } });

const { data: connections } = await supabase.from('platform_connections').select('*').eq('status', 'active');
for (const { user_id, platform, account_id, access_token } of connections) {
  const range = `period=day&since=${SINCE}&until=${UNTIL}`;
  const answer = await fetch(
    `${META_GRAPH_URL}/${META_GRAPH_VERSION}/${account_id}/insights?${QUERIES[platform]}&${range}`,
    { headers: { authorization: `Bearer ${access_token}` } },
  );
  const { data } = await answer.json();
  for (const { name, total_value, values } of data) {
    const value = total_value?.value ?? values[0].value;
    const row = { user_id, platform, source: 'social_media', metric: name, value, date: DATE, post_id: null };
    const { error } = await supabase
      .from('analytics_snapshots')
      .upsert(row, { onConflict: 'user_id,platform,source,metric,date,post_id' });
    if (error) throw new Error(error.message);
  }
}
