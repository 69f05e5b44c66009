import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.js';
import { addDays, lastEndedDate } from '../src/collector/day.js';
import { population } from '../src/sandbox/population.js';
import { Variables } from '../src/variables.js';
import { createWorld, type World } from './support/world.js';

const ROOT = new URL('../', import.meta.url);
const PAGES = ['README.md', ...readdirSync(new URL('docs/', ROOT)).map((page) => `docs/${page}`)];
const read = (page: string) => readFileSync(new URL(page, ROOT), 'utf8');
const README = read('README.md');
const [daily = '', newestDay = '', coverage = ''] = [...read('docs/data.md').matchAll(/```sql\n(.+?)```/gs)].map(
  ([, sql = '']) => sql,
);
const ZONE = 'America/Los_Angeles';

let world: World;
beforeAll(async () => {
  const accounts = population({ users: 2, platforms: ['instagram', 'facebook', 'youtube', 'linkedin'] }).map(
    (account) => ({
      ...account,
      userId: account.userId.endsWith('1') ? 'me' : 'other',
    }),
  );
  const [instagram, ...others] = accounts;
  if (!instagram) throw new Error('no account');
  // One platform is late: its newest day holds nothing but the closing figure.
  world = await createWorld({
    accounts: [{ ...instagram, fault: { kind: 'late', hours: 30 } }, ...others],
    now: new Date(),
  });
  await world.collect();
});
afterAll(() => world.close());

it("shows the newest day of each platform, late ones' too, of one user", async () => {
  const rows = await world.query(newestDay);
  const lastEnded = lastEndedDate(world.now, ZONE);
  const newest = (platform: string) => [
    ...new Set(rows.filter((row) => row.platform === platform).map(({ date }) => dateOnly(date))),
  ];
  expect(newest('facebook')).toEqual([lastEnded]);
  expect(newest('instagram')).toHaveLength(1);
  expect([addDays(lastEnded, -1), addDays(lastEnded, -2)]).toContain(newest('instagram')[0]);
  expect(rows.filter(({ platform }) => platform === 'instagram').length).toBeGreaterThan(10);
  expect(rows.every(({ settled }) => typeof settled === 'boolean')).toBe(true);
});

it('counts the days that have data in the days of the platform', async () => {
  const rows = await world.query(coverage);
  expect(
    rows.map((row) => ({
      ...row,
      since: dateOnly(row.since),
      until: dateOnly(row.until),
      days_with_data: Number(row.days_with_data),
    })),
  ).toEqual([
    {
      platform: 'facebook',
      days_with_data: 7,
      since: addDays(lastEndedDate(world.now, ZONE), -6),
      until: lastEndedDate(world.now, ZONE),
    },
    expect.objectContaining({
      platform: 'instagram',
      days_with_data: expect.toSatisfy((days) => days === 6 || days === 5),
    }),
    {
      platform: 'linkedin',
      days_with_data: expect.toSatisfy((days) => days === 6 || days === 5),
      since: addDays(lastEndedDate(world.now, 'UTC'), -6),
      until: lastEndedDate(world.now, 'UTC'),
    },
    expect.objectContaining({
      platform: 'youtube',
      days_with_data: expect.toSatisfy((days) => days === 5 || days === 4),
    }),
  ]);
});

it('shows the common names of an account, day by day', async () => {
  const rows = await world.query(daily);
  expect(rows.map(({ date }) => dateOnly(date))).toContain(addDays(lastEndedDate(world.now, ZONE), -3));
  expect(rows.filter(({ reach, impressions }) => reach !== null && impressions !== null).length).toBeGreaterThan(3);
});

it.each(PAGES)('%s leads to no page that is not there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(new URL(link, new URL(page, ROOT))))).toEqual([]);
});

it('names every variable and every command', () => {
  const lacking = Object.keys(Variables.shape).filter((name) => !README.includes(`\`${name}\``));
  const commands = createProgram('1.0.0').commands.flatMap((command) => [
    command.name(),
    ...command.commands.map((sub) => sub.name()),
  ]);
  expect(lacking).toEqual([]);
  expect(commands.filter((name) => !new RegExp(`\`(connections )?${name}\\b`).test(README))).toEqual([]);
});

function dateOnly(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}
