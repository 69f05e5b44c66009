import { expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { LISTED_REASONS } from '../../src/cli/status-flags.js';
import { platformNames } from '../../src/platforms/registry.js';
import { SANDBOX_KINDS } from '../../src/sandbox/kinds.js';

/** What may come next in a command line, and whether the shell is to complete names of files. */
async function complete(...words: string[]) {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  try {
    await createProgram('1.0.0').parseAsync(['complete', '--', ...words], { from: 'user' });
    const lines = log.mock.calls.map(([line]) => String(line));
    return { values: lines.slice(0, -1).map((line) => line.split('\t')[0]), files: lines.at(-1) === ':0' };
  } finally {
    log.mockRestore();
  }
}

test('completes visible commands, and no hidden ones', async () => {
  const { values } = await complete('');
  const program = createProgram('1.0.0');
  const visible = program.createHelp().visibleCommands(program);
  expect(values).toEqual(visible.map((command) => command.name()));
  expect(values).not.toContain('complete');
});

test.each([
  [['coll'], ['collect']],
  [
    ['connections', ''],
    ['list', 'add', 'import', 'primary', 'remove'],
  ],
  [['schedule', 'ku'], ['kubernetes']],
  [
    ['collect', '--max-'],
    ['--max-requests', '--max-duration', '--max-wait'],
  ],
  [['connections', 'add', '--acc'], ['--account']],
  [['connect', 'you'], ['youtube']],
  [['collect', '--platform', ''], platformNames],
  [['prune', '--platform=lin'], ['linkedin']],
  [['connections', 'add', '--platform', 'you'], ['youtube']],
  [['collect', '--sandbox', ''], SANDBOX_KINDS],
  [['status', '--reason', ''], LISTED_REASONS],
  [['collect', '--user', ''], []],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['help', 'en'], ['environment']],
])('completes %j with %j', async (words, values) => {
  expect(await complete(...words)).toEqual({ values, files: false });
});

test.each([
  ['restore', ''],
  ['backup', 'a'],
  ['collect', '--plugin', ''],
])('leaves names of files to the shell: %s %s', async (...words) => {
  expect(await complete(...words)).toEqual({ values: [], files: true });
});
