import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { home, runCli } from '../e2e/support/cli.js';
import { queryFolder } from '../e2e/support/databases.js';
import { embeddedFolder } from '../support/database.js';

/** Rows of 5 kB each in the file, and of less in the database, which compresses them. */
const [FEW, MANY] = [2_000, 50_000];

/** The most memory that a command took, in megabytes. */
async function peakOf(args: readonly string[], dataDir: string): Promise<number> {
  const usage = join(home, 'usage.json');
  const run = await runCli(args, {
    env: {
      ANALYTICS_DATA_DIR: dataDir,
      BENCH_USAGE: usage,
      NODE_OPTIONS: `--require ${join(import.meta.dirname, '../../bench/actors/usage.cjs')}`,
    },
  });
  expect(run, run.stderr).toMatchObject({ code: 0 });
  return JSON.parse(await readFile(usage, 'utf8')).peakMb;
}

async function peaks(rows: number): Promise<{ backup: number; restore: number }> {
  const { dataDir, remove } = await embeddedFolder();
  const restoredTo = await mkdtemp(join(home, 'restored-'));
  const file = join(home, `${rows}.sql`);
  try {
    await queryFolder(
      dataDir,
      `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
       select 'u' || n, 'facebook', 'social_media', 'm', n, '2026-11-01',
         jsonb_build_object('text', repeat(md5(n::text), 160))
       from generate_series(1, ${rows}) n`,
    );
    const backup = await peakOf(['backup', file], dataDir);
    const restore = await peakOf(['restore', file], restoredTo);
    const [counted] = await queryFolder(restoredTo, 'select count(*)::integer as n from analytics_snapshots');
    expect(counted).toEqual({ n: rows });
    return { backup, restore };
  } finally {
    await remove();
    await rm(restoredTo, { recursive: true });
    await rm(file, { force: true });
  }
}

it(`a backup of ${MANY} rows takes no more memory than one of ${FEW}, nor does its restoration`, async () => {
  const few = await peaks(FEW);
  const many = await peaks(MANY);
  // Held at once, the rows would make it 5 and 2.2 times as much.
  expect(many.backup / few.backup).toBeLessThan(1.5);
  expect(many.restore / few.restore).toBeLessThan(1.3);
});
