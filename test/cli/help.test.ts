import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it, test, vi } from 'vitest';
import { parseCollectFlags } from '../../src/cli/commands/collect.js';
import { describeError } from '../../src/cli/errors.js';
import { EXAMPLES } from '../../src/cli/examples.js';
import { pathOf } from '../../src/cli/help.js';
import type { CollectFlags } from '../../src/cli/options.js';
import { createProgram } from '../../src/cli/program.js';
import { renderEnvironment, renderExitCodes } from '../../src/cli/render/topics.js';
import { EXIT } from '../../src/exit-codes.js';
import { platformNames } from '../../src/platforms/registry.js';
import { variableSchemas } from '../../src/variables.js';

const commands = commandsBelow(createProgram('1.0.0')).filter((command) => command.commands.length === 0);
const examples = Object.entries(EXAMPLES).flatMap(([path, calls]) => calls.map((call) => ({ path, call })));

describe('examples', () => {
  it('are in the help of every command', () => {
    const lacking = commands.map(pathOf).filter((path) => path !== 'complete' && !EXAMPLES[path]?.length);
    expect(lacking).toEqual([]);
    expect(Object.keys(EXAMPLES).filter((path) => !commands.map(pathOf).includes(path))).toEqual([]);
  });

  it.each(examples)('$call can be called', async ({ path, call }) => {
    const program = createProgram('1.0.0');
    const called = vi.fn<(path: string, flags: object) => void>();
    for (const command of commandsBelow(program)) {
      if (command.commands.length === 0) command.action(() => called(pathOf(command), command.opts()));
    }
    await program.parseAsync(wordsOf(call), { from: 'user' });
    expect(called).toHaveBeenCalledExactlyOnceWith(path, expect.anything());
    const flags = called.mock.lastCall?.[1] as CollectFlags;
    if (path === 'collect') parseCollectFlags(flags, platformNames, '2026-11-24');
  });
});

describe('help', () => {
  it('is no wider than 80 columns', async () => {
    const pages = [createProgram('1.0.0'), ...commandsBelow(createProgram('1.0.0'))].map(helpOf);
    const lines = [...pages, renderExitCodes(80), renderEnvironment(80)].flatMap((page) => page.split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('lists its topics, and hides the command that only shells call', () => {
    const help = helpOf(createProgram('1.0.0'));
    expect(help).toMatch(/^ {2}help exit-codes {3}what/m);
    expect(help).toMatch(/^ {2}help environment {2}the/m);
    expect(help).not.toMatch(/^ {2}complete /m);
  });

  it.each([
    [['collect'], 'Usage: analytics-collect collect [options]'],
    [['connections', 'add'], 'Usage: analytics-collect connections add [options]'],
    [['exit-codes'], 'Exit codes'],
    [['environment'], 'Environment variables'],
    [[], 'Usage: analytics-collect [options] [command]'],
  ])('shows what is asked for: %j', async (words, firstLine) => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await createProgram('1.0.0')
        .parseAsync(['help', ...words], { from: 'user' })
        .catch(() => undefined);
      expect(written.mock.calls.join('').split('\n')[0]).toBe(firstLine);
    } finally {
      written.mockRestore();
    }
  });

  it.each([
    [['colect'], 'There is no help for "colect".', 'Did you mean collect?'],
    [['exit-code'], 'There is no help for "exit-code".', 'Did you mean exit-codes?'],
    [['connections', 'lst'], 'There is no help for "connections lst".', 'Did you mean list?'],
    [
      ['connections', 'nothing'],
      'There is no help for "connections nothing".',
      'See analytics-collect connections --help.',
    ],
    [['nothing'], 'There is no help for "nothing".', 'See analytics-collect --help.'],
  ])('refuses what does not exist, and suggests what does: %j', async (words, message, fix) => {
    const args = ['help', ...words];
    const error = await createProgram('1.0.0')
      .parseAsync(args, { from: 'user' })
      .catch((thrown: unknown) => thrown);
    expect(describeError(error, args)).toEqual({ code: 'usage', message, fix, exitCode: 2 });
  });
});

test('help exit-codes names every code', () => {
  const listed = [...renderExitCodes(80).matchAll(/^ {2}(\d+) /gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT));
});

test('help environment gives the purpose of every variable, its default, and whether it is secret', () => {
  const text = renderEnvironment(1_000);
  const { own, platforms, names, secrets } = variableSchemas();
  for (const name of names) {
    expect(text).toMatch(new RegExp(`^ {2}${name}${secrets.includes(name) ? '\\*' : ''} {2,}\\w`, 'm'));
  }
  const defaults = [own, platforms].flatMap((schema) => Object.values(schema.parse({})));
  for (const usual of defaults.filter((value) => typeof value === 'string')) {
    expect(text).toContain(`(default: ${usual})`);
  }
});

function commandsBelow(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.flatMap((each) => [each, ...commandsBelow(each)]);
}

/** With what is added after it. */
function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({
    writeOut: (written) => {
      text += written;
    },
  });
  command.outputHelp();
  return text;
}

/** The words of a call as a shell reads them, up to where its output goes. */
function wordsOf(call: string): string[] {
  const [command = ''] = call.split(' > ');
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
