import { escapeData } from './render/github.js';

export function runsInGithubActions(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}

/**
 * Has GitHub Actions print `***` for a token, wherever it should come up in the log. On stderr, where the runner reads
 * commands as well, since stdout is for data.
 */
export function maskToken(token: string, stream: Pick<NodeJS.WriteStream, 'write'> = process.stderr): void {
  // A line break would end the command, and leave the rest of the token in the log.
  stream.write(`::add-mask::${escapeData(token)}\n`);
}
