import { z } from 'zod';
import { metricNumber } from '../shared/number.js';
import { list } from '../shared/shape.js';
import { METRICS, type Request } from './metrics.js';

const fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof fields>;

const buttons = list(z.object({ clicks: metricNumber }), 1_000);

/** One of LinkedIn's statistics, with one element per day. */
export interface Resource {
  readonly path: Request;
  /** The finder and the parameter that names the page have the same name. */
  readonly finder: 'organization' | 'organizationalEntity';
  /** Where an element holds its numbers. */
  readonly fields: z.ZodType<Fields>;
}

export const PAGE_STATISTICS: Resource = {
  path: 'organizationPageStatistics',
  finder: 'organization',
  fields: z
    .object({
      totalPageStatistics: z
        .object({
          views: z.object({ allPageViews: fields.nullish() }).catchall(z.unknown()).nullish(),
          clicks: z.unknown().optional(),
        })
        .nullish(),
    })
    .transform(({ totalPageStatistics: found }) => {
      const clicks = fieldsOf(found?.clicks);
      return {
        ...found?.views?.allPageViews,
        desktopPageViews: fieldsOf(found?.views?.allDesktopPageViews).pageViews,
        mobilePageViews: fieldsOf(found?.views?.allMobilePageViews).pageViews,
        desktopButtonClicks: clicksOf(clicks.desktopCustomButtonClickCounts),
        mobileButtonClicks: clicksOf(clicks.mobileCustomButtonClickCounts),
      };
    }),
};

function fieldsOf(value: unknown): Fields {
  return fields.safeParse(value).data ?? {};
}

/** The sum over all buttons; an empty list means no clicks. Anything but a list is returned as it is, to be read or refused as a number. */
function clicksOf(counts: unknown): unknown {
  const parsed = buttons.safeParse(counts);
  return parsed.success ? parsed.data.reduce((sum, { clicks }) => sum + clicks, 0) : (counts ?? undefined);
}

export const FOLLOWER_STATISTICS: Resource = {
  path: 'organizationalEntityFollowerStatistics',
  finder: 'organizationalEntity',
  fields: z.object({ followerGains: fields.nullish() }).transform((element) => element.followerGains ?? {}),
};

export const SHARE_STATISTICS: Resource = {
  path: 'organizationalEntityShareStatistics',
  finder: 'organizationalEntity',
  fields: z.object({ totalShareStatistics: fields.nullish() }).transform(({ totalShareStatistics: found }) => ({
    ...found,
    // The API sends both spellings.
    uniqueImpressionsCount: found?.uniqueImpressionsCount ?? found?.uniqueImpressionsCounts,
  })),
};

/** The metrics of a resource, and those of them that a day is complete without. */
export function metricsOf({ path }: Resource): { readonly all: string[]; readonly optional: string[] } {
  const metrics = METRICS.filter(({ asked }) => asked === path);
  return {
    all: metrics.map(({ name }) => name),
    optional: metrics.filter(({ optional }) => optional).map(({ name }) => name),
  };
}
