import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { describeError, errorJson, errorLine } from '../../src/cli/errors.js';
import { createProgram } from '../../src/cli/program.js';
import { noColors } from '../../src/cli/render/colors.js';
import { CollectError, PlatformError } from '../../src/errors.js';

const line = (error: unknown, args: string[] = []) => errorLine(describeError(error, args), noColors);

test('prints what failed, what to do and the code on one line', () => {
  const error = new CollectError('store_slow', 'PostgreSQL took too long.', 'Look for locks.');
  expect(line(error)).toBe('error: PostgreSQL took too long. Look for locks. [store_slow]\n');
  expect(describeError(error, []).exitCode).toBe(1);
});

test('names doctor where it says more', () => {
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
  [['collect', '--nope'], "Unknown option '--nope'.", 'collect '],
  [['collect', '--quiet', '--verbose'], "Option '--quiet' cannot be used with option '--verbose'.", 'collect '],
  [['collect', '--date'], "Option '--date <day>' argument missing.", 'collect '],
  [['connections', 'add'], "Required option '--user <id>' not specified.", 'connections add '],
  [['connections', 'remove'], "Missing required argument 'id'.", 'connections remove '],
  [['connections', 'lst'], "Unknown command 'lst' (Did you mean list?)", 'connections '],
  [['colect'], "Unknown command 'colect' (Did you mean collect?)", ''],
])('explains wrong usage of %j, and where to find help', async (args, message, help) => {
  const error = await createProgram('1.0.0')
    .parseAsync(args, { from: 'user' })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommanderError);
  expect(describeError(error, args)).toEqual({
    code: 'usage',
    message,
    fix: `See analytics-collect ${help}--help.`,
    exitCode: 2,
  });
});
