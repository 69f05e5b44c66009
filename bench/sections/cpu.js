/* CPU of a run at zero latency, stored, against a bare got loop over the same requests that only parses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../database.js';
import { actorFile, collect, measure } from '../process.js';
import { daysAgo, PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'CPU per 1,000 requests at no latency';
export const needsPostgres = true;

const USERS = 2_000;

export async function take(stage) {
  const database = await stage.database();
  const platforms = await stage.actor('platforms', {
    users: stage.size(USERS),
    platforms: PLATFORMS,
    isRecording: true,
  });
  await connect(database, platforms.connections);
  const environment = { ...platforms.environment, ...database.environment, ...PLAINTEXT };
  const run = await collect(['--date', daysAgo(5)], environment);

  const requests = await platforms.ask('recorded');
  const file = join(stage.folder(), 'requests.json');
  writeFileSync(file, JSON.stringify(requests));
  const loop = await measure([actorFile('loop.js')], { REQUESTS: file });
  const perThousand = (cpuMs) => cpuMs / requests.length;
  return {
    rows: [
      { what: 'requests', value: requests.length },
      { what: 'bare got loop, parsed, nothing stored', value: perThousand(loop.cpuMs), unit: 's' },
      { what: 'this tool, stored', value: perThousand(run.cpuMs), unit: 's' },
      { what: 'ratio', value: run.cpuMs / loop.cpuMs, unit: 'x', atMost: 1.6 },
    ],
  };
}
