import { escapeData } from './render/github.js';

export function runsInGithubActions(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}

/**
 * Makes GitHub Actions print `***` in place of a token anywhere in the log. Commands go to stderr, where the runner reads them
 * as well, because stdout is for data.
 */
export function maskToken(token: string, stream: Pick<NodeJS.WriteStream, 'write'> = process.stderr): void {
  // A line break would end the command, and leave the rest of the token in the log.
  stream.write(`::add-mask::${escapeData(token)}\n`);
}
