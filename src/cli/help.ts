import { Argument, type Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { EXAMPLES } from './examples.js';
import { usageError } from './flags.js';
import { didYouMean } from './suggest.js';

interface Topic {
  readonly about: string;
  readonly render: (width: number) => Promise<string>;
}

const loadTopics = () => import('./render/topics.js');

/** What `help` explains besides commands. */
const TOPICS: Readonly<Record<string, Topic>> = {
  'exit-codes': {
    about: 'what the exit codes of commands mean',
    render: async (width) => (await loadTopics()).renderExitCodes(width),
  },
  environment: {
    about: 'the environment variables and their defaults',
    render: async (width) => (await loadTopics()).renderEnvironment(width),
  },
};

/** Adds `help` for commands and topics. */
export function addHelp(program: Command): void {
  program.helpCommand(false);
  const argument = new Argument('[words...]');
  // For completion; `choices` would refuse the second word of a command.
  argument.argChoices = [...namesOf(program), ...Object.keys(TOPICS)];
  program
    .command('help')
    .description('show the help of a command, or explain a topic')
    .addArgument(argument)
    .action(async (words) => {
      const [name = ''] = words;
      const topic = words.length === 1 ? TOPICS[name] : undefined;
      if (topic === undefined) findCommand(program, words).help();
      else process.stdout.write(await topic.render(process.stdout.columns || 80));
    });
  const width = Math.max(...Object.keys(TOPICS).map((name) => name.length));
  const topics = Object.entries(TOPICS).map(([name, { about }]) => `  help ${name.padEnd(width)}  ${about}`);
  program.addHelpText('after', `\nTopics:\n${topics.join('\n')}`);
}

/** Adds examples to the help of every command. */
export function addExamples(program: CommandUnknownOpts): void {
  for (const command of program.commands) {
    const examples = EXAMPLES[pathOf(command)];
    if (examples !== undefined) command.addHelpText('after', `\nExamples:\n${examples.map(exampleLine).join('\n')}`);
    addExamples(command);
  }
}

/** The words that call a command: `connections add`. */
export function pathOf(command: CommandUnknownOpts): string {
  return command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function exampleLine(example: string): string {
  return `  analytics-collect ${example}`;
}

function findCommand(program: Command, words: readonly string[]): CommandUnknownOpts {
  let command: CommandUnknownOpts = program;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((known) => known.name() === word);
    if (next === undefined) {
      const known = [...namesOf(command), ...(index === 0 ? Object.keys(TOPICS) : [])];
      throw usageError(
        `There is no help for ${JSON.stringify(words.join(' '))}.`,
        didYouMean(word, known) ?? `See analytics-collect ${[...words.slice(0, index), '--help'].join(' ')}.`,
      );
    }
    command = next;
  }
  return command;
}

function namesOf(command: CommandUnknownOpts): string[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((each) => each.name());
}
