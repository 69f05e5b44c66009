import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { capitalized, joinWords } from '../text.js';
import { didYouMean } from './suggest.js';

/** What was wrong with a call, and what to do. */
interface WrongUsage {
  readonly message: string;
  readonly fix: string;
}

type Explain = (...parts: string[]) => Partial<WrongUsage> & { readonly message: string };

/** Commander's messages, reworded. `called`: the words that name the command. */
const EXPLANATIONS: readonly (readonly [RegExp, (called: string) => Explain])[] = [
  [
    /^unknown (command|option) '(.*?)'(?: \(Did you mean (?:one of )?(.+?)\?\))?$/,
    () => (kind, given, near) => ({
      message: `Unknown ${kind} ${JSON.stringify(given)}.`,
      ...(near !== undefined && { fix: `Did you mean ${near.replace(/, ([^,]+)$/, ' or $1')}?` }),
    }),
  ],
  [
    /^too many arguments for '.*'\. Expected (\d+) arguments? but got (\d+)\.$/,
    (called) => (expected, got) => ({
      message: `${called} takes ${expected === '0' ? 'no arguments' : plural(expected, 'argument')}, but was given ${got}.`,
      fix: 'Remove the extra arguments; a value with spaces needs quotes.',
    }),
  ],
  [
    /^missing required argument '(.+)'$/,
    (called) => (name) => ({ message: `${called} needs the argument <${name}>.`, fix: 'Add it.' }),
  ],
  [
    /^required option '(.+)' not specified$/,
    (called) => (flags) => ({
      message: `${called} needs ${flags}.`,
      fix: flags.includes(' and ') ? 'Add them.' : 'Add it.',
    }),
  ],
  [
    /^option '(--\S+) (.+)' argument missing$/,
    () => (flag, value) => ({ message: `${flag} needs a value, ${value}.`, fix: 'Add it, or leave out the flag.' }),
  ],
  [
    /^option '(--\S+).*' argument '(.*)' is invalid\. Allowed choices are (.+)\.$/,
    () => (flag, given, choices) => wrongChoice(flag, given, choices),
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.+)'\. Allowed choices are (.+)\.$/,
    () => (given, name, choices) => wrongChoice(`<${name}>`, given, choices),
  ],
  [
    /^option '(--\S+).*?' cannot be used with option '(--\S+).*'$/,
    () => (one, other) => ({ message: `${one} cannot be combined with ${other}.`, fix: 'Use only one of them.' }),
  ],
];

/** Has every command name all of its missing flags at once, instead of the first. */
export function nameAllMissing(program: CommandUnknownOpts): void {
  for (const command of program.commands) {
    command.exitOverride((error) => {
      throw error.code === 'commander.missingMandatoryOptionValue' ? missingFlags(error, command) : error;
    });
    nameAllMissing(command);
  }
}

function missingFlags({ code, exitCode }: CommanderError, command: CommandUnknownOpts): CommanderError {
  const flags = command.options
    .filter((option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined)
    .map((option) => option.flags);
  return new CommanderError(exitCode, code, `required option '${joinWords(flags)}' not specified`);
}

/** Explains an error of the parser. `known`: the words that name the command, as far as it exists. */
export function explainUsage({ message }: Pick<CommanderError, 'message'>, known: readonly string[]): WrongUsage {
  const said = message.replace(/^error: /, '').replaceAll('\n', ' ');
  const see = `See ${['analytics-collect', ...known, '--help'].join(' ')}.`;
  for (const [pattern, explain] of EXPLANATIONS) {
    const parts = pattern.exec(said);
    if (parts === null) continue;
    const { message, fix } = explain(known.join(' '))(...parts.slice(1));
    return { message, fix: fix === undefined ? see : `${fix} ${see}` };
  }
  return { message: capitalized(/[.?!)]$/.test(said) ? said : `${said}.`), fix: see };
}

function wrongChoice(what = '', given = '', choices = ''): WrongUsage {
  return {
    message: `${what} ${JSON.stringify(given)} is not one of ${choices}.`,
    fix: didYouMean(given, choices.split(', ')) ?? 'Choose one of them.',
  };
}

function plural(number = '', noun = ''): string {
  return `${number} ${noun}${number === '1' ? '' : 's'}`;
}
