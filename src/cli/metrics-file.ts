import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { App } from '../app.js';
import type { OnEvent } from '../report/events.js';
import { type RunMetrics, renderMetrics, succeededAtIn } from '../report/prometheus.js';
import { fileError } from './file-error.js';

interface Options {
  readonly path: string;
  /** Whether the run is over everything: others do not count as the last success, or a missing full run would go unnoticed. */
  readonly isFull: boolean;
  readonly warn: (message: string) => void;
}

/** Writes the metrics of each run to a file, however the run ends. Checks at once that it can be written. */
export async function withMetricsFile(
  collect: App['collect'],
  { path, isFull, warn }: Options,
): Promise<App['collect']> {
  const complain = (cause: unknown) => warn(`--metrics-file: ${fileError(path, 'written', cause).message}`);
  const problem = await whyUnwritable(path);
  if (problem !== null) complain(problem);

  async function write(lastRun: RunMetrics, startedAt: Date): Promise<void> {
    const hasSucceeded = isFull && (lastRun.status === 'completed' || lastRun.status === 'partial');
    const failed = await attempt(async () => {
      const succeededAt = hasSucceeded ? startedAt : succeededAtIn(await readFile(path, 'utf8').catch(() => ''));
      await replaceFile(path, renderMetrics({ lastRun, succeededAt }));
    });
    if (failed !== null && problem === null) complain(failed);
  }

  return async (options, onEvent) => {
    const begunAt = performance.now();
    let startedAt: Date | null = null;
    const onEach: OnEvent = (event) => {
      if (event.type === 'lease') startedAt = new Date();
      onEvent(event);
    };
    try {
      const summary = await collect(options, onEach);
      const { status, started_at, finished_at, duration_ms, dry_run } = summary;
      const run = { status, finishedAt: new Date(finished_at), durationMs: duration_ms, counts: summary };
      if (!dry_run) await write(run, new Date(started_at));
      return summary;
    } catch (error) {
      const run = { status: 'failed', finishedAt: new Date(), durationMs: performance.now() - begunAt } as const;
      if (startedAt !== null) await write({ ...run, counts: null }, startedAt);
      throw error;
    }
  };
}

/** Replaces a file in one step: readers never see a part of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Null if a file of this name can be replaced; otherwise the error. */
async function whyUnwritable(path: string): Promise<unknown> {
  const isFolder = await stat(path).then(
    (file) => file.isDirectory(),
    () => false,
  );
  if (isFolder) return Object.assign(new Error('a folder'), { code: 'EISDIR' });
  return attempt(async () => {
    await writeFile(temporaryOf(path), '');
    await rm(temporaryOf(path));
  });
}

/** In the same folder, so that renaming is atomic, with an extension that node_exporter does not read. */
function temporaryOf(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** The error, if there is one. */
async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}
