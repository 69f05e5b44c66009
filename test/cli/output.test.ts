import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guardStream } from '../../src/cli/output.js';

const server = createServer();
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

/** The end that writes, and the end that could read. */
async function unreadPipe() {
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const writing = connect(port, '127.0.0.1');
  const [reading] = (await accepted) as [Socket];
  reading.pause();
  return { writing: Object.assign(writing, { fd: -1 }), reading };
}

it('keeps no more for a reader that does not read than it is told to, and goes on once it reads', async () => {
  const { writing, reading } = await unreadPipe();
  guardStream(writing, 1_000_000);
  const line = `${'x'.repeat(9_999)}\n`;
  for (let lines = 0; lines < 2_000; lines++) writing.write(line);
  expect(writing.writableLength).toBeLessThan(1_100_000);
  reading.resume();
  await once(writing, 'drain');
  const said = new Promise<void>((resolve) =>
    reading.on('data', (chunk) => {
      if (String(chunk).endsWith('the end')) resolve();
    }),
  );
  writing.write('the end');
  await said;
  writing.destroy();
});

it('calls back writers, and keeps nothing, once the reader has gone', async () => {
  const { writing, reading } = await unreadPipe();
  const { written } = guardStream(writing);
  reading.destroy();
  const line = `${'x'.repeat(9_999)}\n`;
  do await new Promise((resolve) => writing.write(line, resolve));
  while (writing.errored === null);
  for (let lines = 0; lines < 2_000; lines++) writing.write(line);
  expect(writing.writableLength).toBeLessThan(100_000);
  expect(await written()).toMatch(/EPIPE|ECONNRESET/);
});
