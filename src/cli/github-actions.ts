import { fstatSync } from 'node:fs';
import { escapeData } from './render/github.js';

export function runsInGithubActions(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}

/**
 * Whether stdout leads to GitHub's runner: it reads a pipe. In a file, or among data that another program reads, a masked token would
 * stand in clear.
 */
export function isReadByRunner({ stdoutIsData }: { readonly stdoutIsData: boolean }): boolean {
  if (!runsInGithubActions() || stdoutIsData) return false;
  const stdout = fstatSync(process.stdout.fd);
  return stdout.isFIFO() || stdout.isSocket();
}

/** Makes GitHub Actions print `***` in place of a token anywhere in the log. Only for a stream that the runner reads. */
export function maskToken(token: string, stream: Pick<NodeJS.WriteStream, 'write'> = process.stdout): void {
  // A line break would end the command, and leave the rest of the token in the log.
  stream.write(`::add-mask::${escapeData(token)}\n`);
}
