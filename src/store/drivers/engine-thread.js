/*
 * The embedded engine in a thread of its own. JavaScript, because Node starts a thread from a file and the tests run the sources.
 *
 * After a failed write, PostgreSQL ends its process, which this engine cannot do: it would spin for ever. So this thread stops at
 * the first write that the disk refuses, as a killed process would, and the engine recovers when it is opened the next time.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const DISK_ERRORS = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'];
const WRITES = ['openSync', 'writeSync', 'ftruncateSync', 'truncateSync', 'fsyncSync', 'mkdirSync', 'renameSync'];

function stopAt(diskError) {
  parentPort.postMessage({ diskError });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

for (const name of WRITES) {
  const original = fs[name];
  fs[name] = (...args) => {
    let result;
    try {
      result = original(...args);
    } catch (error) {
      if (DISK_ERRORS.includes(error.code)) stopAt(error.code);
      throw error;
    }
    // The last write before a disk is full is a short one.
    if (name === 'writeSync' && result < args[3]) stopAt('ENOSPC');
    return result;
  };
}
syncBuiltinESMExports();

// Node would bypass the stream that the log of the main thread reads.
if (process.listenerCount('warning') > 0) {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => process.stderr.write(`${name}: ${message}\n`));
}

const { PGlite } = await import('@electric-sql/pglite');
const opening = PGlite.create(workerData.folder);
// Whoever opens it is told.
opening.catch(() => undefined);

let server;

const METHODS = {
  open: async () => void (await opening),
  query: async (text, values, { blob, asText = [] } = {}) => {
    const parsers = Object.fromEntries(asText.map((type) => [type, (value) => value]));
    return (await opening).query(text, values, { blob, parsers });
  },
  exec: async (text) => (await opening).exec(text),
  serve: async (options) => {
    const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket');
    server = new PGLiteSocketServer({ db: await opening, ...options });
    await server.start();
    return server.getServerConn();
  },
  stopServing: () => server.stop(),
  close: async () => (await opening).close(),
};

parentPort.on('message', async ({ id, method, args }) => {
  try {
    parentPort.postMessage({ id, result: await METHODS[method](...args) });
  } catch (error) {
    parentPort.postMessage({ id, error: { code: error.code, message: String(error.message ?? error) } });
  }
});
