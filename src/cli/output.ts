import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { CollectError } from '../errors.js';

/** What is kept for a reader that does not read stderr; more is left out. */
const MOST_UNREAD_BYTES = 1_000_000;
/** How long a command that is done waits for a reader of stderr. */
const LAST_WORDS_MS = 1_000;

/** A stream whose failures do not end the command. */
export interface GuardedStream {
  /** Resolves with the error code of the first failed write once everything written has been taken or lost; null if none failed. */
  written(): Promise<string | null>;
}

/** What fails to be written is lost. `mostUnread`: how many bytes are kept for a slow reader. */
export function guardStream(
  stream: Writable & { readonly fd: number },
  mostUnread = Number.POSITIVE_INFINITY,
): GuardedStream {
  let failure: string | null = null;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const fail = ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    failure ??= code;
  };

  // To Node's stream of a file, a write that the disk had room for in part is complete, and one that failed holds up all others.
  const isFile = !((stream as Writable) instanceof Socket);
  if (isFile) {
    stream._write = (chunk: Buffer, _encoding, done) => {
      try {
        writeCompletely(stream.fd, chunk);
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
      }
      done();
    };
  }
  stream.on('error', fail);
  // A stream that failed, or that nobody reads, would keep everything in memory.
  const isLost = () => stream.errored !== null || stream.writableLength > mostUnread;
  stream.write = (...args: unknown[]) => {
    if (!isLost()) return write(...args);
    const done = args.find((arg) => typeof arg === 'function');
    if (done) process.nextTick(done as () => void);
    return true;
  };

  return { written: () => new Promise((resolve) => stream.write('', () => resolve(failure))) };
}

let guardedStdout: GuardedStream | null = null;

/**
 * Writes to stdout, and waits until it is taken. False once a write has failed, because the disk is full or the reader has gone:
 * the command ends, and `main` reports what has to be reported.
 */
export async function writeOut(text: string): Promise<boolean> {
  process.stdout.write(text);
  return ((await guardedStdout?.written()) ?? null) === null;
}

/** Guards stdout and stderr, and returns what is to be done once the command is. */
export function guardOutput(): (args: readonly string[], lastWords: () => void) => Promise<void> {
  const stdout = guardStream(process.stdout);
  guardedStdout = stdout;
  guardStream(process.stderr, MOST_UNREAD_BYTES);

  return async (args, lastWords) => {
    const failure = await stdout.written();
    // A reader that closes the pipe early, as `head` does, has what it wanted.
    if (failure !== null && failure !== 'EPIPE') await reportUnwritten(failure, args);
    lastWords();
    // A pipe that nobody reads would keep the process alive.
    if (process.stderr.writableLength > 0) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  };
}

/** The exit code of a run stands, unless the summary was meant for a program. */
async function reportUnwritten(failure: string, args: readonly string[]): Promise<void> {
  const { writeError } = await import('./errors.js');
  const isRun = args[0] === 'collect';
  const error = new CollectError(
    'output_failed',
    `Cannot write to standard output (${failure}).`,
    isRun ? 'The run itself is recorded: analytics-collect status shows it.' : 'Free space, or write elsewhere.',
  );
  writeError(error);
  if (!isRun || args.includes('--json')) process.exitCode = error.exitCode;
}

function writeCompletely(fd: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}
