import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN, home } from './support/cli.js';

const folder = join(home, 'bin');
const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

beforeAll(() => {
  mkdirSync(folder);
  symlinkSync(BIN, join(folder, 'analytics-collect'));
});

/** The lines that a shell's script prints; completing needs the command in the PATH. */
function run(shell: string, script: string): string[] {
  const { stdout, error } = spawnSync(shell, ['-c', script], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: home },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error) throw error;
  return stdout.split('\n').filter((line) => line !== '');
}

const ASKED: [line: string, ...values: string[]][] = [
  ['coll', 'collect'],
  ['connections ', 'add', 'import', 'list', 'primary', 'remove'],
  ['collect --platform in', 'instagram'],
  ['collect --max-', '--max-duration', '--max-requests', '--max-wait'],
];

describe('the completion of bash', () => {
  it.each(ASKED)('completes "%s"', (line, ...values) => {
    const words = `analytics-collect ${line}`.split(' ');
    const asked = `source <(analytics-collect completion bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
      __analytics_collect_complete
      printf '%s\\n' "\${COMPREPLY[@]}" | sort`;
    expect(run('bash', asked)).toEqual(values);
  });
});

describe.skipIf(!isInstalled('fish'))('the completion of fish', () => {
  it.each(ASKED)('completes "%s"', (line, ...values) => {
    const asked = `source (analytics-collect completion fish | psub); complete --do-complete 'analytics-collect ${line}'`;
    expect(run('fish', asked).map((value) => value.split('\t')[0])).toEqual(values);
  });
});

describe.skipIf(!isInstalled('zsh'))('the completion of zsh', () => {
  it.each(ASKED.slice(0, 1))('completes "%s"', (line, ...values) => {
    const asked = `zmodload zsh/zpty; zpty shell zsh -f -i
      zpty -w shell "PS1=; autoload -Uz compinit; compinit -u; source <(analytics-collect completion zsh); print re''ady"
      zpty -r -m shell seen '*ready*'
      zpty -n -w shell $'analytics-collect ${line}\\t'
      zpty -r -m shell seen '*analytics-collect ${values[0]} *' && print -r -- ${values[0]}
      zpty -d shell`;
    expect(run('zsh', asked)).toEqual(values);
  });
});
