import { Worker } from 'node:worker_threads';

/** What a store needs of PGlite, whose own types do not compile everywhere. */
export interface Engine {
  query<Row>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
  exec(text: string): Promise<readonly { readonly rows: Record<string, unknown>[] }[]>;
  close(): Promise<void>;
}

export interface EngineThread extends Engine {
  /** Ends the engine as a kill would: each call, made or to come, fails with this error. */
  fail(error: Error): void;
}

interface Call {
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
  let failure: Error | null = null;

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
    // An idle engine does not keep the process alive.
    if (calls.size === 0) thread.unref();
    if ('result' in message) call?.resolve(message.result);
    else call?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
  }

  function call<T>(method: string, ...args: unknown[]): Promise<T> {
    if (failure !== null) return Promise.reject(failure);
    thread.ref();
    return new Promise<T>((resolve, reject) => {
      lastId++;
      calls.set(lastId, { resolve: (result) => resolve(result as T), reject });
      thread.postMessage({ id: lastId, method, args });
    });
  }

  thread.on('message', settle);
  thread.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  thread.on('exit', () => fail(new Error('the engine has ended')));

  try {
    await call('open');
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return {
    query: async <Row>(text: string, values?: unknown[]) => ({ rows: await call<Row[]>('query', text, values) }),
    exec: async (text) => (await call<Record<string, unknown>[][]>('exec', text)).map((rows) => ({ rows })),
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
