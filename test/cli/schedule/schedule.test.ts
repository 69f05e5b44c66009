import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { parseTimes, parseTriggerUrl } from '../../../src/cli/flags.js';
import { createProgram } from '../../../src/cli/program.js';
import { crontab } from '../../../src/cli/schedule/crontab.js';
import { githubWorkflow } from '../../../src/cli/schedule/github.js';
import { kubernetesCronJob } from '../../../src/cli/schedule/kubernetes.js';
import { pgCronRemovalSql, pgCronSql } from '../../../src/cli/schedule/pg-cron.js';
import { cronSchedules, DEFAULT_TIMES, GITHUB_TIMES, type Sharing } from '../../../src/cli/schedule/schedule.js';
import { systemdUnits } from '../../../src/cli/schedule/systemd.js';

const times = (text: string) => parseTimes('--at', text);
const AT = times(DEFAULT_TIMES);
const ONE = { kind: 'one' } as const;
const shards = (count: number) => ({ kind: 'shards', count }) as const;
const workers = (count: number) => ({ kind: 'workers', count }) as const;
const DIFFERENT_MINUTES = times('02:00,09:30');
const folder = mkdtempSync(join(tmpdir(), 'analytics-collect-schedule-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const repositoryFile = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('crontab', () => {
  it('prints crontab.example', () => {
    const text = crontab({
      node: '/usr/bin/node',
      bin: '/opt/analytics-collect/bin/analytics-collect.js',
      folder: '/opt/analytics-collect',
      log: '/home/you/analytics-collect.log',
      at: AT,
      sharing: ONE,
    });
    expect(text).toBe(repositoryFile('crontab.example'));
  });

  it('prints one line per minute among the times', () => {
    const text = crontab({ node: 'node', bin: 'bin', folder, log: 'log', at: DIFFERENT_MINUTES, sharing: ONE });
    const lines = text.split('\n').filter((line) => /^\d/.test(line));
    expect(lines.map((line) => line.replace(/ cd .*/, ''))).toEqual(['0 2 * * *', '30 9 * * *']);
  });

  it('works in a folder of any name', () => {
    const odd = join(folder, `it's 100 % "$HOME"; é`);
    const node = join(odd, 'node');
    mkdirSync(odd);
    writeFileSync(node, '#!/bin/sh\necho "$PWD $*"\n');
    chmodSync(node, 0o755);
    const log = join(odd, 'the log');
    const line =
      crontab({ node, bin: 'bin', folder: odd, log, at: times('23:59'), sharing: workers(2) })
        .split('\n')
        .at(-2) ?? '';
    expect(line).toMatch(/^59 23 \* \* \* /);
    expect(line).not.toMatch(/[^\\]%/);
    execFileSync('/bin/sh', ['-c', line.slice('59 23 * * * '.length).replaceAll('\\%', '%')]);
    expect(readFileSync(log, 'utf8')).toBe(`${odd} bin collect --distributed\n`);
  });
});

describe('github', () => {
  const at = times(GITHUB_TIMES);

  it('prints .github/workflows/collect.yml', () => {
    expect(githubWorkflow({ at, sharing: ONE })).toBe(repositoryFile('.github/workflows/collect.yml'));
  });

  it('prints workflows whose fields are where GitHub expects them', () => {
    const workflow = parse(githubWorkflow({ at, sharing: ONE }));
    expect(workflow.on.schedule).toEqual([{ cron: '17 2,9 * * *' }]);
    expect(parse(githubWorkflow({ at: DIFFERENT_MINUTES, sharing: ONE })).on.schedule).toEqual([
      { cron: '0 2 * * *' },
      { cron: '30 9 * * *' },
    ]);
    expect(workflow.jobs.collect.strategy).toBeUndefined();
    const sharded = parse(githubWorkflow({ at, sharing: shards(3) }));
    expect(sharded.jobs.collect.strategy).toEqual({ 'fail-fast': false, matrix: { shard: [1, 2, 3] } });
    expect(sharded.jobs.ping.needs).toBe('collect');
    for (const { jobs } of [workflow, sharded]) {
      const { env, run } = jobs.collect.steps.at(-1);
      expect(run).not.toContain('${{');
      for (const [, name = ''] of run.matchAll(/\$\{?([A-Z_]+)/g)) expect(Object.keys(env)).toContain(name);
    }
  });

  it('runs the version in the lock file', () => {
    const steps: { run?: string }[] = parse(githubWorkflow({ at, sharing: shards(2) })).jobs.collect.steps;
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
      'npm ci',
      expect.stringMatching(/^npx --no-install analytics-collect collect /),
    ]);
  });

  it('prints equal jobs for workers, which need no shard and ping by themselves', () => {
    const { on, jobs } = parse(githubWorkflow({ at, sharing: workers(3) }));
    expect(Object.keys(jobs)).toEqual(['collect']);
    expect(jobs.collect.strategy).toEqual({ 'fail-fast': false, matrix: { worker: [1, 2, 3] } });
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(['user', 'date']);
    const { env, run } = jobs.collect.steps.at(-1);
    expect(Object.keys(env)).toEqual(expect.arrayContaining(['DATABASE_URL', 'HEALTHCHECK_URL']));
    expect(run).not.toContain('${{');
  });

  it.each<[Sharing, Record<string, string>, string[]]>([
    [ONE, { ONLY_USER: '', ONLY_DATE: '' }, []],
    [ONE, { ONLY_USER: 'a b; id', ONLY_DATE: '$(id)' }, ['--user=a b; id', '--date=$(id)']],
    [shards(2), { SHARD: '1/2', ONLY_DATE: '2026-11-20' }, ['--shard=1/2', '--date=2026-11-20']],
    [workers(2), { ONLY_USER: '', ONLY_DATE: '' }, ['--distributed']],
    [workers(2), { ONLY_USER: '7', ONLY_DATE: '' }, ['--distributed', '--user=7']],
  ])('shared as %j, with the inputs %j, the command is %j', (sharing, env, args) => {
    const { run } = parse(githubWorkflow({ at, sharing })).jobs.collect.steps.at(-1);
    const said = execFileSync('/bin/sh', ['-c', run.replace('npx', `printf '%s\\n'`)], { env, encoding: 'utf8' });
    expect(said.trim().split('\n')).toEqual(['--no-install', 'analytics-collect', 'collect', ...args]);
  });
});

describe('kubernetes', () => {
  it('prints a CronJob with one pod', () => {
    const { kind, spec } = parse(kubernetesCronJob({ at: AT, sharing: ONE, version: '1.2.3' }));
    expect(kind).toBe('CronJob');
    expect(spec).toMatchObject({ schedule: '0 2,9 * * *', timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' });
    const job = spec.jobTemplate.spec;
    expect(job.completionMode).toBeUndefined();
    const [container] = job.template.spec.containers;
    expect(container.command.slice(2)).toEqual(['collect']);
    expect(container.image).toBe('ghcr.io/analytics-collect/analytics-collect:1.2.3');
    expect(container.envFrom).toEqual([{ secretRef: { name: 'analytics-collect' } }]);
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  });

  it('refuses times that do not fit into one schedule', () => {
    expect(() => kubernetesCronJob({ at: DIFFERENT_MINUTES, sharing: ONE, version: '1.2.3' })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('02:00 and 09:30') }),
    );
  });

  it('prints an Indexed Job whose pods, counted from 0, collect the shards, counted from 1', () => {
    const job = parse(kubernetesCronJob({ at: AT, sharing: shards(3), version: '1.2.3' })).spec.jobTemplate.spec;
    expect(job).toMatchObject({ completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 5 });
    expect(job.podFailurePolicy.rules[0].action).toBe('FailIndex');
    const [, , script] = job.template.spec.containers[0].command;
    const asked = ['0', '2'].map((index) =>
      execFileSync('/bin/sh', ['-c', script.replace('exec node', 'echo')], {
        env: { JOB_COMPLETION_INDEX: index },
        encoding: 'utf8',
      }).trim(),
    );
    expect(asked).toEqual(['1/3', '3/3'].map((shard) => `/app/bin/analytics-collect.js collect --shard=${shard}`));
  });
});

describe('kubernetes --workers', () => {
  const job = parse(kubernetesCronJob({ at: AT, sharing: workers(3), version: '1.2.3' })).spec.jobTemplate.spec;

  it('prints a Job of equal pods without an index, which is complete once one has succeeded and all have ended', () => {
    expect(job.parallelism).toBe(3);
    for (const field of ['completions', 'completionMode', 'backoffLimitPerIndex']) expect(job[field]).toBeUndefined();
    const [{ command }] = job.template.spec.containers;
    expect(command).toEqual(['node', '/app/bin/analytics-collect.js', 'collect', '--distributed']);
    expect(job.template.spec.restartPolicy).toBe('Never');
  });

  it('fails the Job for wrong settings and a partial run, and when as many pods have failed as share the run', () => {
    const [failing, moved] = job.podFailurePolicy.rules;
    expect(failing).toMatchObject({ action: 'FailJob', onExitCodes: { operator: 'In', values: [2, 3] } });
    expect(moved).toEqual({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    expect(job.backoffLimit).toBe(2);
  });
});

describe('--workers', () => {
  const schedule = (...args: string[]) =>
    createProgram('1.0.0').parseAsync(['schedule', ...args, '--workers', '2'], { from: 'user' });

  it.each(['kubernetes', 'github'])('is refused by %s together with --shards', async (name) => {
    await expect(schedule(name, '--shards', '3')).rejects.toMatchObject({ code: 'commander.conflictingOption' });
  });

  it('is refused by pg_cron, with the schedules that can have several processes', async () => {
    await expect(schedule('pg_cron')).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining('schedule kubernetes'),
    });
  });
});

describe('a package name that anybody could register', () => {
  const job = { node: 'node', bin: 'bin.js', folder, log: 'log', user: 'you', at: AT, sharing: ONE };
  const printed = {
    crontab: crontab(job),
    systemd: systemdUnits(job),
    github: githubWorkflow({ at: AT, sharing: ONE }),
    'github --workers': githubWorkflow({ at: AT, sharing: workers(2) }),
    'kubernetes --workers': kubernetesCronJob({ at: AT, sharing: workers(2), version: '1.2.3' }),
    'github --shards': githubWorkflow({ at: AT, sharing: shards(2) }),
    kubernetes: kubernetesCronJob({ at: AT, sharing: ONE, version: '1.2.3' }),
    'kubernetes --shards': kubernetesCronJob({ at: AT, sharing: shards(2), version: '1.2.3' }),
    pg_cron: pgCronSql({ url: 'https://collect.example.com', at: AT }),
  };
  const workflows = readdirSync(new URL('../../../.github/workflows/', import.meta.url));
  const checkedIn = ['crontab.example', 'Dockerfile', ...workflows.map((name) => `.github/workflows/${name}`)];
  const files = { ...printed, ...Object.fromEntries(checkedIn.map((path) => [path, repositoryFile(path)])) };
  const shown = repositoryFile('docs/schedule.md').match(/^\s*(run|command): .*/gm) ?? [];

  it.each(Object.entries({ ...files, 'docs/schedule.md': shown.join('\n') }))(
    'is never fetched from a registry by %s',
    (_, text) => {
      expect(text).not.toBe('');
      expect(text.match(/\b(npx|npm exec|npm x|pnpm dlx|yarn dlx|bunx) (?!--no-install ).*/g) ?? []).toEqual([]);
      expect(text.match(/npm (install|i|add) .*analytics-collect.*/g) ?? []).toEqual([]);
    },
  );
});

it('is absent from the documented output for shards, which matches the printed one', () => {
  const printed =
    githubWorkflow({ at: AT, sharing: shards(4) }) +
    kubernetesCronJob({ at: AT, sharing: shards(4), version: '1.2.3' });
  const [, section = ''] = /^## Many machines, one run\n(.+?)^## /ms.exec(repositoryFile('docs/schedule.md')) ?? [];
  const [workflow = '', job = ''] = [...section.matchAll(/```yaml\n(.+?)```/gs)].map(([, yaml]) => yaml);
  const lines = `${workflow}${job}`.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.filter((line) => !printed.includes(line.trim()))).toEqual([]);
});

describe('systemd', () => {
  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
  const units = (differing: object) =>
    systemdUnits({ node: process.execPath, bin: '/opt/c/bin.js', user: 'you', at: AT, sharing: ONE, ...differing })
      .split(/^# ==> (.+) <==$/m)
      .slice(1);

  it('prints a service without access to home directories, unless it is installed in one', () => {
    const [, away] = units({ node: '/usr/bin/node' });
    expect(away).toMatch(/^DynamicUser=yes$/m);
    expect(away).toMatch(/^ProtectHome=yes$/m);
    const [, atHome] = units({ node: '/home/you/node' });
    expect(atHome).toMatch(/^User=you$/m);
    expect(atHome).toMatch(/^ProtectHome=read-only$/m);
    expect(atHome).not.toMatch(/^DynamicUser/m);
  });

  it('prints units for several hosts that start together', () => {
    const [, service, , timer] = units({ sharing: workers(3) });
    expect(service).toMatch(/^ExecStart=.* collect --distributed$/m);
    expect(service).toContain('3 hosts');
    expect(timer).not.toContain('RandomizedDelaySec');
  });

  it('prints a timer in UTC that starts missed runs', () => {
    const timer = units({ at: times('02:00,09:05') }).at(-1);
    expect(timer?.match(/^OnCalendar=.*$/gm)).toEqual([
      'OnCalendar=*-*-* 02:00:00 UTC',
      'OnCalendar=*-*-* 09:05:00 UTC',
    ]);
    expect(timer).toMatch(/^Persistent=true$/m);
  });

  it.skipIf(!analyze)(
    `prints units that systemd-analyze accepts${analyze ? '' : ' (skipped: it is not installed)'}`,
    () => {
      const bin = join(folder, 'an "odd" $name, 100 %.js');
      const parts = units({ bin });
      const paths = [0, 2].map((index) => {
        const path = join(folder, basename(parts[index] ?? ''));
        writeFileSync(path, parts[index + 1] ?? '');
        return path;
      });
      expect(paths.map((path) => basename(path))).toEqual(['analytics-collect.service', 'analytics-collect.timer']);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
      // What it says of other units of the machine is none of this one's business.
      expect(stderr.split('\n').filter((line) => line.includes('analytics-collect'))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});

describe('pg_cron', () => {
  const URL = 'https://collect.example.com/api/internal/analytics/trigger-collection';

  test.each([
    ['https://collect.example.com', URL],
    ['https://collect.example.com/', URL],
    ['https://collect.example.com/api/internal/analytics/trigger-collection/', URL],
    ['https://example.com/collect/', 'https://example.com/collect/api/internal/analytics/trigger-collection'],
    [
      'https://example.com/api/internal/trigger-analytics-collection',
      'https://example.com/api/internal/trigger-analytics-collection',
    ],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/api/internal/analytics/trigger-collection'],
  ])('for the server %s, posts to %s', (given, url) => {
    expect(parseTriggerUrl('--url', given)).toBe(url);
  });

  test.each([
    'collect.example.com',
    'http://collect.example.com',
    'ftp://x',
    'https://user:secret@x.example.com',
    'https://x.example.com/?secret=1',
    'https://x.example.com/#1',
    '',
  ])('refuses the address "%s"', (given) => {
    expect(() => parseTriggerUrl('--url', given)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('does not let an address end the string or the job that contains it', () => {
    const sql = pgCronSql({ url: parseTriggerUrl('--url', "https://x.example.com/'$job$$run$;"), at: AT });
    expect(sql.match(/\$job\$/g)).toHaveLength(2);
    expect(sql).toContain("url := 'https://x.example.com/%27%24job%24%24run%24;/api/internal");
  });

  it("schedules one job, under the name of the application's own", () => {
    const sql = pgCronSql({ url: URL, at: AT });
    expect(sql.match(/select cron\.schedule\(.*/g)).toEqual([
      "select cron.schedule('daily-analytics-collection', '0 2,9 * * *', $job$",
    ]);
    expect(() => pgCronSql({ url: URL, at: DIFFERENT_MINUTES })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('removes existing jobs first, as --remove does', () => {
    const [removal = ''] = /^do \$remove\$.+\$remove\$;$/ms.exec(pgCronRemovalSql()) ?? [];
    for (const name of ['daily-analytics-collection', 'analytics-collect']) expect(removal).toContain(`'${name}'`);
    const sql = pgCronSql({ url: URL, at: AT });
    expect(sql).toContain(removal);
    expect(sql.indexOf(removal)).toBeLessThan(sql.indexOf('cron.schedule('));
  });
});

test.each([
  ['02:00', ['0 2 * * *']],
  ['09:00,02:00', ['0 2,9 * * *']],
  ['02:00, 09:00,02:00', ['0 2,9 * * *']],
  ['02:00,09:30', ['0 2 * * *', '30 9 * * *']],
  ['02:00,02:30,09:00,09:30', ['0,30 2,9 * * *']],
  ['02:00,09:30,14:00', ['0 2,14 * * *', '30 9 * * *']],
])('the times %s are the cron schedules %j', (text, schedules) => {
  expect(cronSchedules(times(text))).toEqual(schedules);
});

test('--at given twice is refused, because the last would replace the first', async () => {
  const program = createProgram('1.0.0').parseAsync(['schedule', 'crontab', '--at', '02:00', '--at', '09:00'], {
    from: 'user',
  });
  await expect(program).rejects.toMatchObject({ code: 'usage', fix: expect.stringContaining('--at 02:00,09:00') });
});

test.each(['24:00', '2:00', '02:60', '02:00:00', 'noon', '', '02:00,', '02:00 09:00'])(
  '"%s" is not a time of day',
  (text) => {
    expect(() => times(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);
