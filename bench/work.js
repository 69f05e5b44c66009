/* What the runs of the bench collect. */
const ZONE = 'America/Los_Angeles';

/** Platforms without a pace of their own: a run on the others would measure that. */
export const PLATFORMS = ['instagram', 'facebook'];
export const PLAINTEXT = { ALLOW_PLAINTEXT_TOKENS: '1' };

/** A date (`YYYY-MM-DD`) so many days ago. From 4 on, it has settled on every platform of the bench. */
export function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** The first second of a date in Los Angeles, since the epoch. */
export function midnight(date) {
  const hour = new Intl.DateTimeFormat('en-US', { timeZone: ZONE, hour: '2-digit', hourCycle: 'h23' });
  const candidates = [7, 8].map((utc) => Date.parse(`${date}T0${utc}:00:00Z`));
  return candidates.find((instant) => hour.format(instant) === '00') / 1_000;
}
