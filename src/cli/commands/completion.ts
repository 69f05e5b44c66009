import { type Complete, RootCommand, ShellCompDirective, script } from '@bomb.sh/tab';
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { platformNames } from '../../platforms/registry.js';
import { pathOf } from '../help.js';
import { LISTED_REASONS } from '../status-flags.js';

const PROGRAM = 'analytics-collect';

/** Values that are not choices, because plugins and later versions have others; by the name of a flag or an argument. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  platform: platformNames,
  reason: LISTED_REASONS,
};

/** The script for bash calls a function of the package bash-completion, which many systems lack. */
const WITHOUT_BASH_COMPLETION = `if ! declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref() {
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    }
fi
`;

/** Without this, bash completes no file names. */
const WITH_FILES = `complete -o default -F __analytics_collect_complete ${PROGRAM}\n`;

/** Prints the script through which a shell calls `complete`. */
export function completionCommand(shell: string): void {
  if (shell === 'bash') process.stdout.write(WITHOUT_BASH_COMPLETION);
  script(shell, PROGRAM, PROGRAM);
  if (shell === 'bash') process.stdout.write(WITH_FILES);
}

/** Prints the completions of the last word of a command line, for the shell's script. */
export function completeCommand(program: Command, words: readonly string[]): void {
  const root = new RootCommand();
  let isFile = false;
  const onFile = () => {
    isFile = true;
  };
  // The package itself never lets the shell complete files.
  Object.defineProperty(root, 'directive', {
    get: () =>
      isFile ? ShellCompDirective.ShellCompDirectiveDefault : ShellCompDirective.ShellCompDirectiveNoFileComp,
    set: () => undefined,
  });
  for (const command of commandsOf(program)) describe(root, command, onFile);
  root.parse([...words]);
}

function commandsOf(command: CommandUnknownOpts): CommandUnknownOpts[] {
  const visible = command.createHelp().visibleCommands(command);
  return [command, ...visible.flatMap(commandsOf)];
}

function describe(root: RootCommand, command: CommandUnknownOpts, onFile: () => void): void {
  const described = command.parent === null ? root : root.command(pathOf(command), command.description());
  const values =
    (names: readonly (string | undefined)[], choices: readonly string[] | undefined) => (complete: Complete) => {
      if (names.includes('file')) onFile();
      const known = choices ?? names.flatMap((name = '') => VALUES[name] ?? []);
      for (const value of known) complete(value, '');
    };
  for (const option of command.createHelp().visibleOptions(command)) {
    if (option.long === undefined) continue;
    const [, value] = /[<[](\w+)/.exec(option.flags) ?? [];
    const name = option.long.slice(2);
    if (value === undefined) described.option(name, option.description);
    else described.option(name, option.description, values([name, value], option.argChoices));
  }
  for (const argument of command.registeredArguments)
    described.argument(argument.name(), values([argument.name()], argument.argChoices), argument.variadic);
}
