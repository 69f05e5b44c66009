import { type Command, Option } from '@commander-js/extra-typings';
import { nonEmpty } from './flags.js';
import { plugin } from './options.js';

/* The options of `export` and `mcp`. As in `options.ts`, nothing here may import slow modules. */

export function exportOptions(command: Command) {
  return command
    .description('write the collected values to standard output, as CSV or as one JSON document per line')
    .addOption(new Option('--format <format>', 'the output format').choices(['csv', 'ndjson']).default('csv'))
    .option('--wide', 'one row per account and day, with a column per metric')
    .option('--since <day>', 'the first day, YYYY-MM-DD (default: the first collected)')
    .option('--until <day>', 'the last day, YYYY-MM-DD (default: the last collected)')
    .option('--user <id>', 'only this user', nonEmpty('--user'))
    .option('--platform <name...>', 'only these platforms')
    .option('--metric <name...>', 'only these metrics')
    .option('--with-aliases', "also export retired names, which repeat other metrics' values")
    .addOption(plugin())
    .option('--sandbox', 'export what collect --sandbox --keep collected');
}

export function mcpOptions(command: Command) {
  return command
    .description('let a chatbot read the collected values over MCP, on standard input and output')
    .option('--user <id>', "give access to this user's accounts and values only", nonEmpty('--user'))
    .addOption(plugin())
    .option('--sandbox', 'read what collect --sandbox --keep collected');
}

export type ExportFlags = ReturnType<ReturnType<typeof exportOptions>['opts']>;
export type McpFlags = ReturnType<ReturnType<typeof mcpOptions>['opts']>;
