import { afterEach, expect, it } from 'vitest';
import { openApp, startSandbox } from '../../src/index.js';
import { embeddedFolder } from '../support/database.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it('a program can collect a sandbox with only the library', async () => {
  const folder = await embeddedFolder();
  cleanups.push(folder.remove);
  const sandbox = await startSandbox({
    users: 2,
    platforms: ['linkedin', 'youtube'],
    fault: (index) => (index === 1 ? { kind: 'dead_token' } : undefined),
  });
  cleanups.push(sandbox.close);
  expect(sandbox.connections.map(({ platform }) => platform)).toEqual(['linkedin', 'youtube', 'linkedin', 'youtube']);

  const app = await openApp({ environment: { ...sandbox.environment, ANALYTICS_DATA_DIR: folder.dataDir } });
  cleanups.push(app.close);
  for (const connection of sandbox.connections) await app.addConnection({ ...connection, check: false });
  const summary = await app.collect();
  expect(summary).toMatchObject({ status: 'partial', connections: { total: 4, succeeded: 3, failed: 1 } });
  expect(summary.failures).toMatchObject([{ platform: 'youtube', reason: 'needs_reconnect' }]);

  const [first] = await app.listConnections();
  expect(await app.removeConnection(first?.id ?? '')).toBe(true);
  expect(await app.listConnections()).toHaveLength(3);
});
