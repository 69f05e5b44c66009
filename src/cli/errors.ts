import { CommanderError } from 'commander';
import { CollectError, type ErrorCode, Interrupted, PlatformError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { redact } from '../http/redact.js';
import { oneLine } from '../text.js';
import { runsInGithubActions } from './github-actions.js';
import { jsonLog } from './json-log.js';
import { type Colors, colorsFor } from './render/colors.js';
import { githubError } from './render/github.js';
import { cleanText, jsonDocument, widthOf } from './render/text.js';
import { wrap } from './render/wrap.js';
import { explainUsage } from './usage-errors.js';

/** Indents the continuation lines of a wrapped message. */
const INDENT = '  ';

/** Commands whose names have two words. */
const GROUPS = ['connections', 'schedule'];

/** What lists the users: of a sandbox only with its flag. */
const LISTED = /analytics-collect connections list/;

/** Where examining the installation says more than the message. */
const EXAMINED: readonly ErrorCode[] = ['key_missing', 'store_unreachable'];

/** An error as it is reported: a line on stderr and, with `--json`, a document on stdout. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly exitCode: number;
}

/** Ends a command that threw: reports the error and sets the exit code. */
export function reportError(error: unknown, args: readonly string[]): void {
  if (error instanceof Interrupted) {
    process.exitCode = EXIT.interrupted;
    jsonLog()?.event('error', { code: 'interrupted', message: 'The run was interrupted.', fix: '' });
    return;
  }
  const told = describeError(error, args);
  process.exitCode = told.exitCode;
  if (args.includes('--json')) process.stdout.write(errorJson(told));
  writeError(told);
  if (runsInGithubActions() && jsonLog() === null) process.stderr.write(githubError(`${told.message} ${told.fix}`));
  if (told.code === 'internal' && process.env.DEBUG === 'analytics-collect' && error instanceof Error) {
    process.stderr.write(`${redact(error.stack ?? '')}\n`);
  }
}

/** Writes an error to stderr, as a line or as an event. */
export function writeError(told: Omit<ToldError, 'exitCode'>): void {
  const { code, message, fix } = told;
  const log = jsonLog();
  if (log === null) process.stderr.write(errorLine(told, colorsFor(process.stderr), widthOf(process.stderr)));
  else log.event('error', { code, message, fix });
}

export function describeError(error: unknown, args: readonly string[]): ToldError {
  if (error instanceof CollectError) {
    const { code, message, exitCode } = error;
    const told = args.includes('--sandbox') ? error.fix.replace(LISTED, '$& --sandbox') : error.fix;
    const fix = EXAMINED.includes(code) ? `${told} Run analytics-collect doctor to examine the installation.` : told;
    return { code, message, fix, exitCode };
  }
  if (error instanceof CommanderError) {
    const called = commandWords(args);
    const known = error.code === 'commander.unknownCommand' ? called.slice(0, -1) : called;
    return { code: 'usage', ...explainUsage(error, known), exitCode: EXIT.usage };
  }
  if (error instanceof PlatformError) {
    return { code: error.reason, message: sentence(oneLine(error.message)), fix: '', exitCode: EXIT.failed };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'internal',
    message: sentence(`Unexpected error: ${oneLine(redact(message))}`),
    fix: 'Set DEBUG=analytics-collect to see the stack trace.',
    exitCode: EXIT.failed,
  };
}

/**
 * `error: what failed and why. What to do. [code]`; a message of several lines keeps them, and lines of more than `width` columns are
 * broken.
 */
export function errorLine({ code, message, fix }: Omit<ToldError, 'exitCode'>, colors: Colors, width: number): string {
  const lines = message.split('\n').map((line) => line.slice(0, line.search(/\S|$/)) + cleanText(line));
  const end = `${fix === '' ? '' : `${cleanText(fix)} `}${colors.dim(`[${code}]`)}`;
  const text = `${colors.red('error:')} ${lines.join('\n')}${lines.length > 1 ? '\n' : ' '}${end}`;
  const broken = text.split('\n').flatMap((line) => wrap(line, width, INDENT));
  return `${broken.join('\n')}\n`;
}

export function errorJson({ code, message, fix }: ToldError): string {
  return jsonDocument({ error: { code, message, fix } });
}

/** The words that name the command, as in `connections add`. */
function commandWords(args: readonly string[]): string[] {
  const words = args.slice(0, GROUPS.includes(args[0] ?? '') ? 2 : 1);
  return words.filter((word) => /^[a-z_]+$/.test(word));
}

function sentence(text: string): string {
  return /[.?!)]$/.test(text) ? text : `${text}.`;
}
