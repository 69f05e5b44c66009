import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.js';
import { addDays, lastEndedDate } from '../src/collector/day.js';
import { loadConfig } from '../src/config.js';
import { FAILURE_REASONS, SKIP_REASONS } from '../src/errors.js';
import { createPlatforms } from '../src/platforms/registry.js';
import { population } from '../src/sandbox/population.js';
import { variableSchemas } from '../src/variables.js';
import { createWorld, type World } from './support/world.js';

const ROOT = new URL('../', import.meta.url);
const PAGES = ['README.md', ...readdirSync(new URL('docs/', ROOT)).map((page) => `docs/${page}`)];
const read = (page: string) => readFileSync(new URL(page, ROOT), 'utf8');
const README = read('README.md');
const SETTINGS = read('docs/settings.md');
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

it.each(PAGES)('%s leads to no page or section that is not there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
  const missing = links.filter(([, link = '', section = '']) => {
    const target = new URL(link === '' ? page : link, new URL(link === '' ? '' : page, ROOT));
    return !existsSync(target) || (section !== '' && !sectionsOf(readFileSync(target, 'utf8')).includes(section));
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

it('the README stays short', () => {
  expect(README.split('\n').length).toBeLessThan(200);
});

it('the README leads to every page of the documentation', () => {
  expect(PAGES.filter((page) => page !== 'README.md' && !README.includes(`](${page})`))).toEqual([]);
});

it('names every command in the README', () => {
  const commands = createProgram('1.0.0').commands.flatMap((command) => [
    command.name(),
    ...command.commands.map((sub) => sub.name()),
  ]);
  expect(commands.filter((name) => !new RegExp(`\`(connections |schedule )?${name}\\b`).test(README))).toEqual([]);
});

it('names every variable, with its default, in the settings', () => {
  const settings = sectionOf(SETTINGS, 'Environment variables');
  const schemas = variableSchemas();
  const lacking = schemas.names.filter((name) => !settings.includes(`\`${name}\``));
  const defaults = [schemas.own, schemas.platforms]
    .flatMap((schema) => Object.values(schema.parse({})))
    .filter((value) => typeof value === 'string');
  expect(lacking).toEqual([]);
  expect(defaults.filter((value) => !settings.includes(`\`${value}\``))).toEqual([]);
});

it('names every flag of every command in the settings', () => {
  const [collect, ...others] = ['Flags of collect', 'Flags of the other commands'].map((title) =>
    sectionOf(SETTINGS, title),
  );
  const lacking = createProgram('1.0.0').commands.flatMap(function lackingIn(command: Command): string[] {
    const section = command.name() === 'collect' ? collect : others.join('');
    const flags = command.options.map(({ long }) => long ?? '').filter((flag) => !section?.includes(`\`${flag}`));
    return [...flags.map((flag) => `${command.name()} ${flag}`), ...command.commands.flatMap(lackingIn)];
  });
  expect(lacking).toEqual([]);
});

it('says what to do about every reason of a failure', () => {
  const reasons = sectionOf(read('docs/trouble.md'), 'From alert to repair');
  expect([...FAILURE_REASONS, ...SKIP_REASONS].filter((reason) => !reasons.includes(`\`${reason}\``))).toEqual([]);
});

it('tells the days of each platform', () => {
  const page = read('docs/days.md');
  for (const { name, day } of createPlatforms(loadConfig({})).values()) {
    const row = page.split('\n').find((line) => line.toLowerCase().startsWith(`| ${name} |`));
    expect(row).toContain(day.timeZone === 'UTC' ? 'UTC' : 'Los Angeles');
    expect(row).toContain(`| ${day.settlesAfterHours} hours |`);
    expect(row).toContain(`| ${day.reachDays.toLocaleString('en-US')} days |`);
    expect(row).toContain(day.asks === 'range' ? 'by range' : 'day by day');
  }
});

function sectionOf(page: string, title: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? '';
}

/** The names under which GitHub links to a page's headings. */
function sectionsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function dateOnly(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}
