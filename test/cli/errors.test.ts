import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { describeError, errorJson, errorLine } from '../../src/cli/errors.js';
import { createProgram } from '../../src/cli/program.js';
import { noColors } from '../../src/cli/render/colors.js';
import { CollectError, PlatformError } from '../../src/errors.js';

const line = (error: unknown, args: string[] = []) =>
  errorLine(describeError(error, args), noColors, Number.POSITIVE_INFINITY);

test('prints what failed, what to do and the code on one line', () => {
  const error = new CollectError('store_slow', 'PostgreSQL took too long.', 'Look for locks.');
  expect(line(error)).toBe('error: PostgreSQL took too long. Look for locks. [store_slow]\n');
  expect(describeError(error, []).exitCode).toBe(1);
});

test('names doctor for errors that it can explain', () => {
  const error = new CollectError('store_unreachable', 'No answer.', 'Check DATABASE_URL.');
  expect(line(error)).toContain('Check DATABASE_URL. Run analytics-collect doctor to examine the installation. [');
});

test('prints several mistakes on several lines', () => {
  const error = new CollectError(
    'config_invalid',
    'There are mistakes:\n  A is wrong\n  B is wrong',
    'Set them right.',
  );
  expect(line(error)).toBe(
    'error: There are mistakes:\n  A is wrong\n  B is wrong\nSet them right. [config_invalid]\n',
  );
});

test('breaks long lines between words on a terminal, and indents what follows', () => {
  const error = new CollectError('no_store', `The key was not found: there is no ${'x'.repeat(50)}.`, 'Put it back.');
  expect(errorLine(describeError(error, []), noColors, 40)).toBe(
    ['error: The key was not found: there is', '  no', `  ${'x'.repeat(50)}.`, '  Put it back. [no_store]', ''].join(
      '\n',
    ),
  );
});

test('removes control characters from outside', () => {
  expect(line(new CollectError('not_found', 'No \u001b[2Jconnection\u0007.', 'Look.'))).toBe(
    'error: No  [2Jconnection . Look. [not_found]\n',
  );
});

test('prints an unexpected error without its stack or secrets', () => {
  const error = new TypeError('cannot read access_token=EAABsecretsecret');
  expect(line(error)).toBe(
    'error: Unexpected error: TypeError: cannot read access_token=[redacted]. Set DEBUG=analytics-collect to see the stack trace. [internal]\n',
  );
  expect(describeError(error, []).exitCode).toBe(1);
  expect(describeError('thrown text', [])).toMatchObject({ code: 'internal', exitCode: 1 });
});

test("prints a platform's refusal with its reason", () => {
  const error = new PlatformError('needs_reconnect', 'the token has expired', 'connection');
  expect(line(error)).toBe('error: the token has expired. [needs_reconnect]\n');
});

test('prints one document with --json', () => {
  const error = new CollectError('usage', 'Wrong.', 'Do it right.');
  expect(JSON.parse(errorJson(describeError(error, [])))).toEqual({
    error: { code: 'usage', message: 'Wrong.', fix: 'Do it right.' },
  });
});

test.each([
  [['collect', '--nope'], 'Unknown option "--nope".', '', 'collect '],
  [['collect', '--platfrom', 'x'], 'Unknown option "--platfrom".', 'Did you mean --platform? ', 'collect '],
  [['collect', '--max-waits', '1'], 'Unknown option "--max-waits".', 'Did you mean --max-wait? ', 'collect '],
  [
    ['collect', '--quiet', '--verbose'],
    '--quiet cannot be combined with --verbose.',
    'Use only one of them. ',
    'collect ',
  ],
  [['collect', '--date'], '--date needs a value, <day>.', 'Add it, or leave out the flag. ', 'collect '],
  [
    ['collect', '--sandbox', 'helthy'],
    '--sandbox "helthy" is not one of healthy, faulty, late.',
    'Did you mean healthy? ',
    'collect ',
  ],
  [
    ['collect', '--sandbox', 'foo'],
    '--sandbox "foo" is not one of healthy, faulty, late.',
    'Choose one of them. ',
    'collect ',
  ],
  [
    ['connections', 'add'],
    'connections add needs --user <id>, --platform <name> and --account <id>.',
    'Add them. ',
    'connections add ',
  ],
  [['explain', '--date', '2026-11-20'], 'explain needs --user <id> and --platform <name>.', 'Add them. ', 'explain '],
  [
    ['connections', 'add', '--user', 'me', '--account', '1'],
    'connections add needs --platform <name>.',
    'Add it. ',
    'connections add ',
  ],
  [['connections', 'remove'], 'connections remove needs the argument <id>.', 'Add it. ', 'connections remove '],
  [
    ['status', 'me', 'you'],
    'status takes no arguments, but was given 2.',
    'Remove the extra arguments; a value with spaces needs quotes. ',
    'status ',
  ],
  [
    ['connections', 'remove', '1', '2'],
    'connections remove takes 1 argument, but was given 2.',
    'Remove the extra arguments; a value with spaces needs quotes. ',
    'connections remove ',
  ],
  [['connections', 'lst'], 'Unknown command "lst".', 'Did you mean list? ', 'connections '],
  [['schedule', 'kuberntes'], 'Unknown command "kuberntes".', 'Did you mean kubernetes? ', 'schedule '],
  [['colect'], 'Unknown command "colect".', 'Did you mean collect? ', ''],
])('explains wrong usage of %j, and where to find help', async (args, message, fix, help) => {
  const error = await createProgram('1.0.0')
    .parseAsync(args, { from: 'user' })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommanderError);
  expect(describeError(error, args)).toEqual({
    code: 'usage',
    message,
    fix: `${fix}See analytics-collect ${help}--help.`,
    exitCode: 2,
  });
});
