import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crontab } from '../../../src/cli/schedule/crontab.js';
import { cronTimes, inWorkflows } from '../../../src/cli/schedule/find.js';
import { githubWorkflow } from '../../../src/cli/schedule/github.js';

const at = [
  { hour: 2, minute: 5 },
  { hour: 9, minute: 5 },
] as const;
const installation = { node: '/usr/bin/node', bin: '/srv/analytics-collect/bin/analytics-collect.js' };

it('finds the lines that schedule crontab prints', () => {
  expect(
    cronTimes(crontab({ ...installation, folder: '/srv', log: '/var/log', at, sharing: { kind: 'one' } })),
  ).toEqual(['5 2,9 * * *']);
});

it('finds other spellings, and ignores comments and other jobs', () => {
  const lines = [
    '@daily npx analytics-collect collect --quiet',
    '# 0 1 * * * npx analytics-collect collect',
    '0 3 * * * npx analytics-collect prune --older-than 1y --yes',
    '0 4 * * * collect-garbage',
  ];
  expect(cronTimes(lines.join('\n'))).toEqual(['@daily']);
});

it('finds the workflow that schedule github prints, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'workflows-'));
  await writeFile(join(folder, 'collect.yml'), githubWorkflow({ at, sharing: { kind: 'workers', count: 2 } }));
  await writeFile(join(folder, 'test.yml'), 'on:\n  schedule:\n    - cron: "0 1 * * *"\nrun: npm test\n');
  expect(await inWorkflows(folder)).toEqual(['GitHub workflow collect.yml: 5 2,9 * * *, if GitHub runs it']);
  expect(await inWorkflows(join(folder, 'none'))).toEqual([]);
});
