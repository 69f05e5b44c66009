import { startJsonLog, wantsJsonLog } from './json-log.js';
import { guardOutput } from './output.js';
import { readVersion } from './version.js';

const args = process.argv.slice(2);
const outputEnds = guardOutput();
const log = wantsJsonLog(args) ? startJsonLog() : null;

// Before anything else is loaded, because Node would print the error unredacted.
process.on('uncaughtException', async (error) => {
  try {
    const { reportError } = await import('./errors.js');
    reportError(error, args);
  } catch {
    // The program was replaced, for example. Thrown on, it would come here again.
    process.exit(1);
  }
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
    reportError(error, args);
  }
}
await outputEnds(args, () => log?.end());
