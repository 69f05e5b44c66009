-- One row per user, platform, account and date, under names that are the same on every platform. NULL where a platform has
-- no such figure, or did not give it. docs/data.md says where each column comes from.
create or replace view public.analytics_daily with (security_invoker = true) as
select
  user_id,
  platform,
  account_id,
  date,
  case platform
    when 'instagram' then max(value) filter (where metric = 'views')
    when 'facebook' then max(value) filter (where metric = 'page_media_view')
    when 'linkedin' then max(value) filter (where metric = 'impressionCount')
  end as impressions,
  case platform
    when 'instagram' then max(value) filter (where metric = 'reach')
    when 'facebook' then max(value) filter (where metric = 'page_total_media_view_unique')
    when 'linkedin' then max(value) filter (where metric = 'uniqueImpressionsCount')
  end as reach,
  case platform
    when 'instagram' then max(value) filter (where metric = 'total_interactions')
    when 'facebook' then max(value) filter (where metric = 'page_post_engagements')
    when 'linkedin' then
      max(value) filter (where metric = 'clickCount') + max(value) filter (where metric = 'likeCount')
      + max(value) filter (where metric = 'commentCount') + max(value) filter (where metric = 'shareCount')
  end as engagements,
  case platform
    when 'instagram' then max(value) filter (where metric = 'profile_views')
    when 'facebook' then max(value) filter (where metric = 'page_views_total')
    when 'linkedin' then max(value) filter (where metric = 'pageViews')
  end as profile_views,
  case platform
    when 'facebook' then max(value) filter (where metric = 'page_follows')
    when 'youtube' then max(value) filter (where metric = 'subscriberCount')
    when 'linkedin' then max(value) filter (where metric = 'firstDegreeSize')
    else max(value) filter (where metric in ('followers_count', 'follower_count'))
  end as followers,
  case platform
    when 'instagram' then
      max(value) filter (where metric = 'follows') - max(value) filter (where metric = 'unfollows')
    when 'facebook' then
      max(value) filter (where metric = 'page_daily_follows_unique') - max(value) filter (where metric = 'page_daily_unfollows_unique')
    when 'youtube' then
      max(value) filter (where metric = 'subscribersGained') - max(value) filter (where metric = 'subscribersLost')
    when 'linkedin' then
      max(value) filter (where metric = 'organicFollowerGain') + max(value) filter (where metric = 'paidFollowerGain')
  end as follower_change,
  case platform
    when 'facebook' then max(value) filter (where metric = 'page_video_views')
    when 'youtube' then max(value) filter (where metric = 'views')
  end as video_views,
  case platform
    -- Milliseconds at the API.
    when 'facebook' then round(max(value) filter (where metric = 'page_video_view_time') / 60000, 2)
    when 'youtube' then max(value) filter (where metric = 'estimatedMinutesWatched')
  end as watch_minutes,
  case platform
    when 'instagram' then max(value) filter (where metric = 'profile_links_taps')
    when 'facebook' then max(value) filter (where metric = 'page_total_actions')
    when 'linkedin' then max(value) filter (where metric = 'clickCount')
  end as clicks,
  case platform
    when 'instagram' then max(value) filter (where metric = 'likes')
    when 'facebook' then max(value) filter (where metric = 'page_actions_post_reactions_total')
    when 'youtube' then max(value) filter (where metric = 'likes')
    when 'linkedin' then max(value) filter (where metric = 'likeCount')
  end as likes,
  case platform
    when 'instagram' then max(value) filter (where metric = 'comments')
    when 'youtube' then max(value) filter (where metric = 'comments')
    when 'linkedin' then max(value) filter (where metric = 'commentCount')
  end as comments,
  case platform
    when 'instagram' then max(value) filter (where metric = 'shares')
    when 'youtube' then max(value) filter (where metric = 'shares')
    when 'linkedin' then max(value) filter (where metric = 'shareCount')
  end as shares,
  case platform
    when 'instagram' then max(value) filter (where metric = 'saves')
    when 'youtube' then max(value) filter (where metric = 'videosAddedToPlaylists')
  end as saves,
  -- Readers of this view may not be allowed to read collection_platforms, which has them, too.
  (
    select jsonb_agg(
      jsonb_build_object('column', known.column_name, 'from', known.since, 'until', known.until, 'change', known.change)
      order by known.since
    )
    from (
      values
        ('instagram', 'impressions', date '2025-04-21', null::date, 'Instagram retired impressions; views counts otherwise.'),
        ('facebook', 'impressions', '2025-11-15', null, 'Facebook retired page_impressions; page_media_view counts otherwise.'),
        ('facebook', 'reach', '2026-06-15', null, 'Facebook retired its metrics of reach; unique viewers of media are counted instead.'),
        ('youtube', 'video_views', '2025-03-31', null, 'YouTube counts every start and replay of a Short.'),
        (
          'youtube', 'video_views', '2026-08-24', '2026-08-27',
          'YouTube counts a view from the first frame, of long-form and live videos too; engagedViews keeps the former meaning.'
        )
    ) as known (platform, column_name, since, until, change)
    where known.platform = by_account.platform and by_account.date between known.since and coalesce(known.until, known.since)
  ) as breaks
from public.analytics_by_account by_account
group by user_id, platform, account_id, date;
