import { Worker } from 'node:worker_threads';
import { MINUTE_MS } from '../../clock.js';
import { CollectError } from '../../errors.js';

/** What a store needs of PGlite, whose own types do not compile everywhere. */
export interface Engine {
  /** `blob` is what the statement reads as the file `/dev/blob`. */
  query<Row>(text: string, values?: unknown[], options?: { readonly blob?: Blob }): Promise<Answer<Row>>;
  exec(text: string): Promise<readonly { readonly rows: Record<string, unknown>[] }[]>;
  close(): Promise<void>;
}

export interface Answer<Row> {
  readonly rows: Row[];
  readonly fields: { readonly name: string; readonly dataTypeID: number }[];
  readonly affectedRows?: number;
  /** What the statement wrote to the file `/dev/blob`. */
  readonly blob?: Blob;
}

export interface EngineThread extends Engine {
  /** Values of the types `asText`, which are numbers of pg_type, come as PostgreSQL writes them. */
  query<Row>(
    text: string,
    values?: unknown[],
    options?: { readonly blob?: Blob; readonly asText?: readonly number[] },
  ): Promise<Answer<Row>>;
  /** Lets other programs connect until `stopServing`. Returns where: `127.0.0.1:54321`. */
  serve(options: { readonly host: string; readonly port: number; readonly maxConnections: number }): Promise<string>;
  stopServing(): Promise<void>;
  /** Ends the engine as a kill would: each call, made or to come, fails with this error. */
  fail(error: Error): void;
}

/** No call of this program takes as long; a thread that does not answer cannot be asked anything else. */
const LONGEST_CALL_MS = 5 * MINUTE_MS;

interface Call {
  readonly deadline: NodeJS.Timeout;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Message =
  | { readonly diskError: string }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code?: string; readonly message: string } };

/**
 * Opens the engine on a folder in a thread of its own, so that this thread can act whatever the engine does. When the disk refuses
 * a write, the engine is not touched again, and each call fails with what `diskError` makes of the system's error code.
 */
export async function openEngine(folder: string, diskError: (code: string) => Error): Promise<EngineThread> {
  const thread = new Worker(new URL('./engine-thread.js', import.meta.url), { workerData: { folder } });
  const calls = new Map<number, Call>();
  let lastId = 0;
  let isServing = false;
  let failure: Error | null = null;

  const engineFailed = (why: string, cause?: unknown) =>
    new CollectError(
      'engine_failed',
      `The embedded PostgreSQL in ${folder} failed: ${why}.`,
      'Run the command again; what was confirmed is kept.',
      { cause },
    );

  function fail(error: Error): void {
    if (failure !== null) return;
    failure = error;
    for (const { reject } of calls.values()) reject(error);
    calls.clear();
    void thread.terminate();
  }

  function settle(message: Message): void {
    if ('diskError' in message) {
      fail(diskError(message.diskError));
      return;
    }
    const call = calls.get(message.id);
    calls.delete(message.id);
    clearTimeout(call?.deadline);
    // An idle engine does not keep the process alive.
    if (calls.size === 0 && !isServing) thread.unref();
    if ('result' in message) call?.resolve(message.result);
    else call?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
  }

  function call<T>(method: string, ...args: unknown[]): Promise<T> {
    if (failure !== null) return Promise.reject(failure);
    thread.ref();
    return new Promise<T>((resolve, reject) => {
      lastId++;
      const deadline = setTimeout(() => fail(engineFailed('it does not answer')), LONGEST_CALL_MS).unref();
      calls.set(lastId, { deadline, resolve: (result) => resolve(result as T), reject });
      thread.postMessage({ id: lastId, method, args });
    });
  }

  thread.on('message', settle);
  thread.on('error', (error) => fail(engineFailed(String(error), error)));
  thread.on('exit', () => fail(engineFailed('it has ended')));

  try {
    await call('open');
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return {
    query: (...query) => call('query', ...query),
    exec: (text) => call('exec', text),
    async serve(options) {
      isServing = true;
      return call<string>('serve', options);
    },
    async stopServing() {
      isServing = false;
      await call('stopServing');
    },
    async close() {
      try {
        if (failure === null) await call('close');
      } finally {
        await thread.terminate();
      }
    },
    fail,
  };
}
