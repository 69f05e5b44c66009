import { readVersion } from './version.js';

/** A reader that closes the pipe early, as `head` does, is not a failure: further output is dropped and the exit code is kept. */
function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

tolerateClosedPipe(process.stdout);
tolerateClosedPipe(process.stderr);

// Before anything else is loaded, because Node would print the error unredacted.
process.on('uncaughtException', async (error) => {
  const { reportError } = await import('./errors.js');
  reportError(error, process.argv.slice(2));
  process.exit();
});

const { createProgram, helpExitCode } = await import('./program.js');
try {
  await createProgram(readVersion()).parseAsync();
} catch (error) {
  const exitCode = helpExitCode(error);
  if (exitCode !== null) {
    process.exitCode = exitCode;
  } else {
    const { reportError } = await import('./errors.js');
    reportError(error, process.argv.slice(2));
  }
}
