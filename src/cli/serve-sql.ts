import { once } from 'node:events';
import { CollectError, hasCode } from '../errors.js';
import type { EngineThread } from '../store/drivers/engine.js';
import { watchSignals } from './signals.js';

const HOST = '127.0.0.1';
/** Graphical programs use several; they share one session, and their statements take turns. */
const MOST_CONNECTIONS = 10;

/** Serves the database to psql until SIGTERM or Ctrl-C. Nobody is asked for a password, so nothing beyond this machine may connect. */
export async function serveSql(engine: EngineThread, port: number): Promise<void> {
  await engine.exec('set default_transaction_read_only = on');
  const watch = watchSignals(() => process.stderr.write('stopping\n'));
  try {
    const address = await engine.serve({ host: HOST, port, maxConnections: MOST_CONNECTIONS }).catch((cause) => {
      if (!hasCode(cause, 'EADDRINUSE')) throw cause;
      throw new CollectError('address_taken', `Cannot listen on ${HOST}:${port}.`, 'Choose another port with --port.');
    });
    process.stdout.write(`psql postgres://postgres@${address}/postgres\n`);
    if (!watch.signal.aborted) await once(watch.signal, 'abort');
    await engine.stopServing();
  } finally {
    watch.end();
  }
}
