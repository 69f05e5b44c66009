import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.js';
import { PLATFORM_COLUMNS } from '../src/cli/render/summary.js';
import { addDays, lastEndedDate } from '../src/collector/day.js';
import { loadConfig } from '../src/config.js';
import { EXIT_CODES, FAILURE_REASONS, SKIP_REASONS } from '../src/errors.js';
import { exitCodes } from '../src/exit-codes.js';
import { createPlatforms } from '../src/platforms/registry.js';
import { SANDBOX_KINDS } from '../src/sandbox/kinds.js';
import { population } from '../src/sandbox/population.js';
import { DOUBT_REASONS } from '../src/store/accounts.js';
import { count } from '../src/text.js';
import { variableSchemas } from '../src/variables.js';
import { createWorld, type World } from './support/world.js';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = filesOf('*.md');
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const README = read('README.md');

describe.each(PAGES)('%s', (page) => {
  const fences = fencesOf(read(page));

  it('links only to existing pages and sections', () => {
    const prose = read(page).replace(/^ *```.*?^ *```/gms, '');
    const links = [...prose.matchAll(/\]\((?![a-z]+:)([^)#]*)#?([^)]*)\)/g)];
    const dead = links.filter(([, path = '', section = '']) => {
      const target = path === '' ? page : join(page, '..', path);
      return !existsSync(join(ROOT, target)) || (section !== '' && !sectionsOf(read(target)).includes(section));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('uses only commands and flags that exist', async () => {
    const wrong: string[] = [];
    for (const call of fences.flatMap(({ text }) => callsIn(text))) {
      await idleProgram()
        .parseAsync(call.split(' '), { from: 'user' })
        // A value may be a variable of the shell.
        .catch((error: Error) => error instanceof CommanderError && wrong.push(`${call}: ${error.message}`));
    }
    const inline = [...read(page).matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
    expect([...wrong, ...inline.filter((code) => hasUnknownFlag(code))]).toEqual([]);
  });

  it('calls the program through npx', () => {
    const lines = fences
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.split('\n').filter((line) => callsIn(line).length > 0));
    expect(lines.filter((line) => !/npx (--no-install )?analytics-collect /.test(line))).toEqual([]);
  });
});

describe('the README', () => {
  it('stays short', () => {
    expect(README.split('\n').length).toBeLessThan(160);
  });

  it('links to every page of the documentation', () => {
    const pages = PAGES.filter((page) => page.startsWith('docs/'));
    expect(pages.filter((page) => !README.includes(`](${page})`))).toEqual([]);
  });

  it('shows the actual output of a run', () => {
    const picture = read('docs/collect.svg');
    expect(PLATFORM_COLUMNS.filter((title) => !picture.includes(title))).toEqual([]);
    expect(picture).toContain('prefers-color-scheme: dark');
  });

  it('says what every exit code means, as help exit-codes does', () => {
    const codes = sectionOf(README, 'Exit codes');
    const rows = exitCodes().map(({ code, meaning }) => `| ${code} | ${meaning} |`);
    expect(rows.filter((row) => !codes.includes(row))).toEqual([]);
  });
});

describe('the reference', () => {
  it('names every command', () => {
    const page = read('docs/commands.md');
    const program = createProgram('1.0.0');
    const visible = program.createHelp().visibleCommands(program);
    const lacking = visible.flatMap((command) => [
      ...(sectionOf(page, command.name()) === '' ? [command.name()] : []),
      ...command.commands
        .map((sub) => `${command.name()} ${sub.name()}`)
        .filter((name) => !sectionOf(page, command.name()).includes(name)),
    ]);
    expect(lacking).toEqual([]);
  });

  it('names every flag of every command', () => {
    const page = read('docs/commands.md');
    const lacking = createProgram('1.0.0').commands.flatMap((command) =>
      flagsOf(command)
        .filter((flag) => !sectionOf(page, command.name()).includes(`\`${flag}`))
        .map((flag) => `${command.name()} ${flag}`),
    );
    expect(lacking).toEqual([]);
  });

  it('names every choice of every flag', () => {
    const page = read('docs/commands.md');
    const choices = createProgram('1.0.0').commands.flatMap((command) =>
      command.options.flatMap(({ long, argChoices = [] }) => {
        const row = rowOf(page, command.name(), long);
        return argChoices.map((choice) => ({ choice, isNamed: row.includes(`\`${choice}\``) }));
      }),
    );
    expect(choices.map(({ choice }) => choice)).toEqual(expect.arrayContaining([...SANDBOX_KINDS]));
    expect(choices.filter(({ isNamed }) => !isNamed)).toEqual([]);
  });

  it('gives every default from the help', () => {
    const page = read('docs/commands.md');
    const lacking = createProgram('1.0.0').commands.flatMap((command) =>
      command.options.flatMap(({ long, defaultValue }) => {
        if (typeof defaultValue !== 'number' && typeof defaultValue !== 'string') return [];
        const shown = String(defaultValue);
        return rowOf(page, command.name(), long).split('|').at(-2)?.replaceAll(/[`,]/g, '').trim() === shown
          ? []
          : [`${command.name()} ${long}: ${shown}`];
      }),
    );
    expect(lacking).toEqual([]);
  });

  it('names every variable, with its default', () => {
    const settings = read('docs/settings.md');
    const { own, platforms, names } = variableSchemas();
    const defaults = [own, platforms].flatMap((schema) => Object.values(schema.parse({})));
    const texts = defaults.filter((value) => typeof value === 'string');
    expect([...names, ...texts].filter((text) => !settings.includes(`\`${text}\``))).toEqual([]);
  });

  it('says what to do about every reason', () => {
    const page = read('docs/troubleshooting.md');
    const reasons = [...FAILURE_REASONS, ...SKIP_REASONS, ...DOUBT_REASONS];
    const answered = reasons.filter((reason) => new RegExp(`^### ${reason}\n\n[^#]+\\*\\*Do:\\*\\*`, 'm').test(page));
    expect(answered).toEqual(reasons);
  });

  it('says what to do about every error, and gives its exit code', () => {
    const errors = sectionOf(read('docs/troubleshooting.md'), 'Why a command ends with an error');
    const lacking = Object.entries(EXIT_CODES).filter(
      ([code, exitCode]) => !rowWith(errors, `\`${code}\``)?.includes(`| ${exitCode} |`),
    );
    expect(lacking).toEqual([]);
  });

  it('describes the days of each platform', () => {
    const page = read('docs/days.md');
    for (const { name, day } of createPlatforms(loadConfig({})).values()) {
      const row = page.split('\n').find((line) => line.toLowerCase().startsWith(`| ${name} |`));
      expect(row).toContain(day.timeZone === 'UTC' ? 'UTC' : 'Los Angeles');
      expect(row).toContain(`| ${day.settlesAfterHours} hours |`);
      expect(row).toContain(`| ${count(day.reachDays, 'day')} |`);
      expect(row).toContain(day.asks === 'range' ? 'by range' : 'day by day');
    }
  });

  it('explains how to get a token for each platform', () => {
    const names = [...createPlatforms(loadConfig({})).keys()];
    const told = names.filter((name) => read('docs/platforms.md').includes(`](platforms/${name}.md)`));
    expect(told).toEqual(names);
  });

  it('lists every source folder in the architecture', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const page = read('docs/architecture.md');
    expect(folders.map(({ name }) => `\`src/${name}/\``).filter((folder) => !page.includes(folder))).toEqual([]);
  });
});

describe('the SQL', () => {
  const ZONE = 'America/Los_Angeles';
  const [daily = '', newestDay = '', coverage = ''] = sqlOf('docs/data.md');
  let world: World;
  beforeAll(async () => {
    const accounts = population({ users: 2, platforms: ['instagram', 'facebook', 'youtube', 'linkedin'] }).map(
      (account) => ({ ...account, userId: account.userId.endsWith('1') ? 'me' : 'other' }),
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

  it.each(PAGES.flatMap((page) => sqlOf(page).map((sql, index) => ({ name: `${page}, ${index + 1}`, sql }))))(
    'runs against the schema: $name',
    async ({ sql }) => {
      await world.query('begin; create role emily');
      await expect(world.query(sql).finally(() => world.query('rollback'))).resolves.toBeDefined();
    },
  );

  it("shows a user's newest day of each platform, including late platforms", async () => {
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

  it("counts days with data by the platform's own days", async () => {
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

  it("shows an account's values under the common names, by day", async () => {
    const rows = await world.query(daily);
    expect(rows.map(({ date }) => dateOnly(date))).toContain(addDays(lastEndedDate(world.now, ZONE), -3));
    expect(rows.filter(({ reach, impressions }) => reach !== null && impressions !== null).length).toBeGreaterThan(3);
  });
});

describe('scripts/picture.js', () => {
  const draw = (shown: string) =>
    execFileSync(process.execPath, [join(ROOT, 'scripts/picture.js'), 'a <command>'], {
      input: shown,
      encoding: 'utf8',
    });
  const linesOf = (picture: string) => [...picture.matchAll(/<text[^>]*>([^<]*)</g)].map(([, line]) => line);

  it('keeps colors, and escapes special characters', () => {
    const picture = draw('\u001b[1m\u001b[32mdone\u001b[39m\u001b[22m & <well>\r\n');
    expect(picture).toMatch(/class="bold green">done</);
    expect(linesOf(picture)).toEqual(['$ ', 'a &lt;command>', 'done', ' &amp; &lt;well>']);
  });

  it('omits what a spinner has erased', () => {
    expect(linesOf(draw('\u001b[?25l\u001b[36m⠋\u001b[39m 1/2\u001b[1G\u001b[0K\u001b[?25hdone\n')).at(-1)).toBe(
      'done',
    );
  });

  it('breaks lines at 80 columns', () => {
    expect(linesOf(draw(`${'x'.repeat(85)}\n`)).slice(2)).toEqual(['x'.repeat(80), 'x'.repeat(5)]);
  });
});

/** Of the repository, those not yet committed among them. */
function filesOf(pattern: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', pattern], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

function fencesOf(page: string): { language: string; text: string }[] {
  return [...page.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

function sqlOf(page: string): string[] {
  return fencesOf(read(page))
    .filter(({ language }) => language === 'sql')
    .map(({ text }) => text);
}

/** The arguments of each call of the program in a shell's or a workflow's lines. */
function callsIn(text: string): string[] {
  const lines = text
    .replaceAll('\\\n', ' ')
    .replaceAll(/\$\(\(.+?\)\)/g, '1')
    // What is quoted is one word.
    .replaceAll(/ '[^'\n]*'/g, (quoted) => ` ${quoted.replaceAll(/\W+/g, '_')}`)
    .matchAll(/(?<![\w/.-])(?:\S*bin\/)?analytics-collect(?:\.js)? ([a-z][^\n]+)/g);
  return [...lines].map(([, rest = '']) =>
    (rest.split(/ *(?:[|>;)`]| #|&&)/, 1)[0] ?? '').replaceAll(/["']/g, '').trim().replaceAll(/ +/g, ' '),
  );
}

/** The program, its commands parsed and not carried out. */
function idleProgram(): Command {
  const program = createProgram('1.0.0').configureOutput({ writeErr: () => {}, writeOut: () => {} });
  const silence = (command: CommandUnknownOpts) => {
    if (command.commands.length === 0) command.action(() => {});
    command.commands.forEach(silence);
  };
  program.commands.forEach(silence);
  return program;
}

function flagsOf(command: CommandUnknownOpts): string[] {
  return [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap(flagsOf)];
}

/** Whether `collect --refresh` and the like in a sentence names a flag that the command has not. */
function hasUnknownFlag(code: string): boolean {
  const [name, ...words] = code.replace(/^(npx )?analytics-collect /, '').split(/[ =]/);
  const command = createProgram('1.0.0').commands.find((each) => each.name() === name);
  if (command === undefined) return false;
  const flags = ['--help', ...flagsOf(command)];
  return words.some((word) => word.startsWith('--') && !flags.includes(word));
}

/** From a heading of the second level to the next one. */
function sectionOf(page: string, title: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? '';
}

/** The row of a table that has a text in its first cell. */
function rowOf(page: string, command: string, flag = ''): string {
  const lines = sectionOf(page, command).split('\n');
  return lines.find((line) => line.startsWith(`| \`${flag}`)) ?? '';
}

function rowWith(section: string, text: string): string | undefined {
  return section.split('\n').find((line) =>
    line
      .split('|')[1]
      ?.split(', ')
      .some((cell) => cell.trim() === text),
  );
}

/** The names under which GitHub links to a page's headings. */
function sectionsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...page.replace(/^ *```.*?^ *```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}

function dateOnly(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}
