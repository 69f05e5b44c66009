import { createProgram } from './program.js';
import { readVersion } from './version.js';

/** A reader that closes the pipe early, as `head` does, is not a failure: further output is dropped, the exit code stands. */
function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

tolerateClosedPipe(process.stdout);
tolerateClosedPipe(process.stderr);

// Node would print the error unredacted.
process.on('uncaughtException', async (error) => {
  const { reportError } = await import('./errors.js');
  reportError(error, process.argv.slice(2));
  process.exit();
});

try {
  await createProgram(readVersion()).parseAsync();
} catch (error) {
  const { reportError } = await import('./errors.js');
  reportError(error, process.argv.slice(2));
}
