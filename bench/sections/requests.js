/* Requests per account and run in the steady state, one run per day, beside those of refreshed tokens and weekly ones. */
export const title = 'Requests per account and run, steady state';

const MOST = { instagram: 7, facebook: 1, youtube: 2, linkedin: 3 };

export async function take(stage) {
  const days = await stage.actor('days', { platforms: Object.keys(MOST) });
  const counts = await days.ask('count');
  return {
    rows: Object.entries(MOST).map(([platform, most]) => ({ what: platform, value: counts[platform], atMost: most })),
  };
}
