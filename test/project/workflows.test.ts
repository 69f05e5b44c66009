import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { githubWorkflow } from '../../src/cli/schedule/github.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const AT = [{ hour: 2, minute: 17 }] as const;
const names = readdirSync(join(ROOT, '.github/workflows'));
const workflows = Object.fromEntries(names.map((name) => [name, read(`.github/workflows/${name}`)]));

describe.each(
  Object.entries({
    ...workflows,
    'schedule github --shards 2': githubWorkflow({ at: AT, sharing: { kind: 'shards', count: 2 } }),
    'schedule github --workers 2': githubWorkflow({ at: AT, sharing: { kind: 'workers', count: 2 } }),
  }),
)('the workflow %s', (_, text) => {
  it('pins every action to a commit, with its version beside it', () => {
    const uses = text.match(/^.*\buses:.*$/gm) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    const pinned = /^ +- uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(uses.filter((line) => !pinned.test(line))).toEqual([]);
  });

  it('has read permission only, except for jobs that say otherwise', () => {
    expect(parse(text).permissions).toEqual({ contents: 'read' });
  });

  it('keeps no credentials in the checkout', () => {
    const steps = Object.values<{ steps: { uses?: string; with?: object }[] }>(parse(text).jobs).flatMap(
      (job) => job.steps,
    );
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.every((step) => JSON.stringify(step.with).includes('"persist-credentials":false'))).toBe(true);
  });
});

it('an action has one version in all workflows', () => {
  const uses = Object.values(workflows).flatMap((text) => text.match(/uses: .+/g) ?? []);
  const actions = new Set(uses.map((line) => line.replace(/@.+/, '')));
  expect(new Set(uses).size).toBe(actions.size);
});

it('the tests run on every supported version of Node and PostgreSQL', () => {
  const { strategy, services } = parse(workflows['ci.yml'] ?? '').jobs.test;
  const versions: { node: number; postgres: number }[] = strategy.matrix.include;
  expect(new Set(versions.map(({ node }) => node))).toEqual(new Set([20, 22, 24]));
  expect(new Set(versions.map(({ postgres }) => postgres))).toEqual(new Set([15, 16, 17, 18]));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the workflow
  expect(services.postgres.image).toBe('postgres:${{ matrix.postgres }}');
});

describe('a release', () => {
  const { on, jobs } = parse(workflows['release.yml'] ?? '');
  const runsOf = (job: string): string[] => jobs[job].steps.map(({ run = '' }) => run);

  it('starts from a version tag', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } });
  });

  it('publishes nothing before the tag, the changelog and all tests have been checked', () => {
    expect(runsOf('check')).toEqual(
      expect.arrayContaining(['node .ci/release-notes.js "$GITHUB_REF_NAME"', '.ci/run']),
    );
    expect([jobs.npm.needs, jobs.image.needs]).toEqual(['check', 'check']);
    expect(jobs.github.needs).toEqual(['npm', 'image']);
  });

  it('lists in a bill of materials every package that is bundled or installed', () => {
    const [command = ''] = runsOf('github')
      .flatMap((run) => /^npm (sbom .+) > "(.+)"$/.exec(run) ?? [])
      .slice(1);
    const { components } = JSON.parse(
      execFileSync('npm', command.split(' '), { cwd: ROOT, encoding: 'utf8', maxBuffer: 100_000_000 }),
    );
    const names = components.map(({ name, group }: { name: string; group?: string }) =>
      group ? `${group}/${name}` : name,
    );
    const direct = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
    expect(direct.filter((name) => !names.includes(name))).toEqual([]);
    expect(runsOf('github').at(-1)).toContain('"$RUNNER_TEMP/sbom.cdx.json"');
  });

  it('publishes with provenance, and without a token that could leak', () => {
    expect(runsOf('npm').at(-1)).toBe('npm publish --provenance --access public');
    expect(jobs.npm.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(workflows['release.yml']).not.toContain('secrets.');
  });
});

it('every change is checked for known vulnerabilities and for the signatures of its packages', () => {
  const { jobs } = parse(workflows['ci.yml'] ?? '');
  const runs = jobs.audit.steps.map(({ run = '' }) => run);
  expect(runs).toEqual(
    expect.arrayContaining([expect.stringMatching(/^npm audit --audit-level/), 'npm audit signatures']),
  );
});

describe('the notes of a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'analytics-collect-release-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, '.ci'), join(folder, '.ci'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"version": "1.2.3", "type": "module"}');
  const notesOf = (tag: string, changelog: string) => {
    writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
    return spawnSync(process.execPath, [join(folder, '.ci/release-notes.js'), tag], { encoding: 'utf8' });
  };
  const CHANGELOG = `# Changelog

## [Unreleased]

- not yet

## [1.2.3] - 2026-11-25

### Added

- a [link](docs/x.md)

## [1.2.2] - 2026-11-24

- older

[1.2.3]: https://example.com/compare
`;

  it("are the changelog's section of the version", () => {
    expect(notesOf('v1.2.3', CHANGELOG)).toMatchObject({ status: 0, stdout: '### Added\n\n- a [link](docs/x.md)\n' });
  });

  it('hold none of the links below the last section', () => {
    const onlyOne = CHANGELOG.replace(/## \[1\.2\.2\].+?- older\n\n/s, '');
    expect(notesOf('v1.2.3', onlyOne).stdout).toBe('### Added\n\n- a [link](docs/x.md)\n');
  });

  it.each([
    ['v1.2.4', CHANGELOG, 'The tag is v1.2.4, but package.json has the version 1.2.3.'],
    ['1.2.3', CHANGELOG, 'The tag is 1.2.3'],
    ['v1.2.3', CHANGELOG.replace('## [1.2.3] - 2026-11-25', '## [1.2.3]'), 'has no section'],
    ['v1.2.3', '# Changelog\n', 'has no section'],
  ])('are refused for the tag %s', (tag, changelog, message) => {
    expect(notesOf(tag, changelog)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('are there for the version of package.json', () => {
    const notes = execFileSync(process.execPath, ['.ci/release-notes.js', `v${packageJson.version}`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(notes).toMatch(/^### Added$/m);
  });
});
