import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import type { Summary } from '../../../src/report/summary.js';

export const BIN = join(import.meta.dirname, '../../../bin/analytics-collect.js');
/** Then a command that hangs is killed, so that its test says so instead of waiting with it. */
const LONGEST_MS = 100_000;

/** The home and working directory of every command of a test file: no `.env`, no data of the developer's own. */
export const home = join(inject('copies'), `home-${process.pid}`);

/** Everything that the commands of a test file have said. */
const said: string[] = [];

/** Before each test file, since those of a worker share this module. */
export function freshHome(): void {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  said.length = 0;
}

export interface CliOptions {
  /** All of the environment, but for PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed; null leaves it open for `type`. */
  readonly input?: string | null;
  /** A command that starts it, such as `unshare`. */
  readonly under?: readonly string[];
  /** When a command that hangs is killed. */
  readonly longestMs?: number;
}

export interface CliRun {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  kill(signal: NodeJS.Signals): void;
  /** Writes to standard input, and closes it. */
  type(text: string): void;
  /** What it has said on stderr so far. */
  told(): string;
  /** And on stdout. */
  said(): string;
  readonly ended: Promise<CliRun>;
}

/** Starts the built command as cron would: no terminal, a clean environment. */
export function startCli(
  args: readonly string[],
  { env = {}, input = '', under = [], longestMs = LONGEST_MS }: CliOptions = {},
): RunningCli {
  // As in vitest.config.ts: the embedded engine's WebAssembly is compiled once, not twice.
  const [program, ...all] = [...under, process.execPath, '--liftoff-only', BIN, ...args] as [string, ...string[]];
  const child = spawn(program, all, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...env },
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A command that ends before it has read its input is a test's business only by its exit code.
  child.stdin.on('error', () => undefined);
  if (input !== null) child.stdin.end(input);
  return {
    kill: (signal) => void child.kill(signal),
    type: (text) => void child.stdin.end(text),
    told: () => stderr,
    said: () => stdout,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => {
        said.push(stdout, stderr);
        resolve({ code, stdout, stderr });
      });
    }),
  };
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return startCli(args, options).ended;
}

/** Runs `collect … --json` and answers its summary; `code` is the exit code it must end in. */
export async function collectJson(args: readonly string[], { env, code }: { env: CliOptions['env']; code: number }) {
  const run = await runCli(['collect', '--json', ...args], env ? { env } : {});
  expect(run, run.stderr).toMatchObject({ code });
  return parseSummary(run);
}

export function parseSummary({ stdout }: CliRun): Summary {
  return JSON.parse(stdout);
}

/** None of the secrets stands, plain or encoded, in the texts or in anything that the file's commands have said. */
export function expectNoSecrets(secrets: readonly string[], texts: readonly string[] = []): void {
  const all = [...said, ...texts].join('\n');
  expect(all.length).toBeGreaterThan(0);
  expect(secrets.filter((secret) => writtenForms(secret).some((form) => all.includes(form)))).toEqual([]);
}

/** Waits for something that another process does. */
export async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await sleep(10);
  }
}

function writtenForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), base64, bytes.toString('base64url')];
}

/** A time of `serve`'s schedule, in UTC, that lies so many minutes back. */
export function minutesAgo(minutes: number): string {
  const time = new Date(Date.now() - minutes * 60_000);
  return `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`;
}
