/* Processes of the bench: programs that are measured, and actors, which run beside them and answer questions. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../bin/analytics-collect.js', import.meta.url));
const ACTORS = new URL('./actors/', import.meta.url);
let started = 0;

/** The path of a file in `actors/`. */
export function actorFile(name) {
  return fileURLToPath(new URL(name, ACTORS));
}

/**
 * Runs a Node program to its end: its output, the wall time, and what it used by its own account. It sees only the given
 * environment, and no `.env`. Throws when it exits with a code other than the `allowed` ones. `read` makes the output of its stream.
 */
export async function measure(args, environment = {}, allowed = [0], read = text) {
  started += 1;
  const usageFile = join(tmpdir(), `analytics-collect-bench-${process.pid}-${started}.json`);
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...environment,
    NODE_OPTIONS: `--require ${JSON.stringify(actorFile('usage.cjs'))}`,
    BENCH_USAGE: usageFile,
  };
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([read(child.stdout), text(child.stderr), once(child, 'exit')]);
  const wallMs = performance.now() - begun;
  const usage = existsSync(usageFile) ? JSON.parse(readFileSync(usageFile, 'utf8')) : {};
  rmSync(usageFile, { force: true });
  if (!allowed.includes(code)) throw new Error(`${args.join(' ')} exited with ${code}: ${stderr.slice(-2_000)}`);
  return { code, stdout, wallMs, ...usage };
}

/** Runs the command. */
export function command(args, environment, allowed, read) {
  return measure([BIN, ...args], environment, allowed, read);
}

/** Runs `collect`, which may find failing accounts: what it cost, and its summary. */
export async function collect(args, environment) {
  const unlimited = ['--max-requests', '100000000', '--max-duration', '1440'];
  const run = await command(['collect', '--json', ...unlimited, ...args], environment, [0, 1, 3]);
  const summary = JSON.parse(run.stdout);
  if (summary.error) throw new Error(`collect: ${summary.error.message}`);
  return { ...run, summary };
}

/** Starts an actor: what it says of itself when it is ready, and how to ask it something, one question at a time. */
export async function startActor(name, options = {}) {
  const child = fork(actorFile(`${name}.js`), [JSON.stringify(options)], { serialization: 'advanced' });
  const exited = once(child, 'exit');
  let heard = () => undefined;
  const answer = () =>
    new Promise((resolve, reject) => {
      heard = ({ error, result }) => (error ? reject(new Error(`${name}: ${error}`)) : resolve(result));
    });
  child.on('message', (said) => heard(said));
  child.on('exit', (code) => heard({ error: `exited with ${code}` }));
  const ready = await answer();
  return {
    ...ready,
    ask(question, given) {
      const answered = answer();
      child.send({ question, given });
      return answered;
    },
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
