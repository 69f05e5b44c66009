import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FoundSchedule } from '../../report/doctor-schedule.js';

const TIMEOUT_MS = 2_000;
/** A line that starts a run through npx, the bin or its file. */
const STARTS_RUNS = /analytics-collect.*\bcollect\b/;

/** The schedules found on this machine, and pg_cron's `jobs`, as phrases. */
export async function findSchedules(jobs: readonly string[] | null): Promise<FoundSchedule[]> {
  const [here, workflows] = await Promise.all([
    Promise.all([inCrontab(), inSystemd()]),
    inWorkflows(join(process.cwd(), '.github/workflows')),
  ]);
  return [
    ...[...here.flat(), ...(jobs ?? []).map((schedule) => `pg_cron: ${schedule}`)].map((what) => ({
      what,
      isCertain: true,
    })),
    ...workflows.map((what) => ({ what, isCertain: false })),
  ];
}

async function inCrontab(): Promise<string[]> {
  return cronTimes(await outputOf('crontab', ['-l'])).map((times) => `crontab: ${times}`);
}

/** The times of the lines of a crontab that start runs. */
export function cronTimes(crontab: string): string[] {
  return crontab
    .split('\n')
    .filter((line) => STARTS_RUNS.test(line))
    .flatMap((line) => /^\s*(@\w+|(?:[^\s#]+\s+){4}[^\s#]+)\s/.exec(line)?.[1] ?? []);
}

async function inSystemd(): Promise<string[]> {
  const state = await outputOf('systemctl', ['is-active', 'analytics-collect.timer']);
  return state.trim() === 'active' ? ['systemd: analytics-collect.timer is active'] : [];
}

/** Workflows of the working directory; GitHub runs those of its default branch. */
export async function inWorkflows(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return files.flatMap((name, index) => {
    const text = texts[index] ?? '';
    const [, times] = /^\s*- cron:\s*["']?([^"'\n]+)/m.exec(text) ?? [];
    return times !== undefined && STARTS_RUNS.test(text)
      ? [`GitHub workflow ${name}: ${times}, if GitHub runs it`]
      : [];
  });
}

/** Empty if there is no such program. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { timeout: TIMEOUT_MS })).stdout;
  } catch {
    return '';
  }
}
