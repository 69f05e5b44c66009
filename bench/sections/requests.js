/* Requests per account and run in the steady state, beside those for refreshed tokens and weekly ones. */
export const title = 'Requests per account and run, steady state';

/** The runs of a day to show, by their hour: closing figures are asked for in those whose closing day is due. */
const RUNS = [
  { platform: 'instagram', hour: 9, what: 'instagram, two due days and closing figures', atMost: 7 },
  { platform: 'facebook', hour: 9, what: 'facebook', atMost: 1 },
  { platform: 'youtube', hour: 16, what: 'youtube', atMost: 2 },
  { platform: 'youtube', hour: 9, what: 'youtube, closing figures due' },
  { platform: 'linkedin', hour: 9, what: 'linkedin', atMost: 3 },
  { platform: 'linkedin', hour: 2, what: 'linkedin, closing figure due' },
];

export async function take(stage) {
  const days = await stage.actor('days', { platforms: [...new Set(RUNS.map(({ platform }) => platform))] });
  const counts = await days.ask('count');
  return {
    rows: RUNS.map(({ platform, hour, what, atMost }) => ({
      what,
      value: counts[platform][hour],
      ...(atMost !== undefined && { atMost }),
    })),
  };
}
