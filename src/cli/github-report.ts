import { appendFile, stat } from 'node:fs/promises';
import type { ConnectionReport } from '../report/events.js';
import type { Summary } from '../report/summary.js';
import { jsonLog } from './json-log.js';
import { githubAnnotations, githubOutputs, githubSummary, MAX_SUMMARY_BYTES } from './render/github.js';

/**
 * Reports a run to GitHub Actions: annotations, the step's summary and its outputs. Commands go to stderr, where the runner
 * reads them as well, because stdout is for data; a log in JSON has none. A file that cannot be written is a warning, not a failure.
 */
export async function reportToGithub(
  summary: Summary,
  connections: ReadonlyMap<string, ConnectionReport>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (jsonLog() === null) process.stderr.write(githubAnnotations(summary, connections));
  const { GITHUB_STEP_SUMMARY: page, GITHUB_OUTPUT: outputs } = environment;
  if (page) await append(page, (size) => githubSummary(summary, connections, MAX_SUMMARY_BYTES - size));
  if (outputs) await append(outputs, () => githubOutputs(summary));
}

async function append(path: string, text: (size: number) => string): Promise<void> {
  try {
    const size = await stat(path).then(
      (file) => file.size,
      () => 0,
    );
    await appendFile(path, text(size));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    process.stderr.write(`warning: cannot write ${path} (${code})\n`);
  }
}
