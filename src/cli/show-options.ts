import type { Command } from '@commander-js/extra-typings';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { integer, nonEmpty, parseCalendarDate } from './flags.js';
import { type Options, plugin } from './options.js';

/* The options of `show` and `explain`. As in `options.ts`, nothing here may import slow modules. */

export function showOptions(command: Command) {
  return command
    .description("show a user's last days, compared with the days before")
    .option('--user <id>', 'the user; may be left out if there is only one', nonEmpty('--user'))
    .option('--platform <name>', 'only this platform')
    .addOption(plugin())
    .option('--days <n>', 'how many ended days to show', integer('--days', { min: 1, max: 365 }), DEFAULT_LOOKBACK_DAYS)
    .option('--sandbox', 'show what collect --sandbox --keep collected')
    .option('--json', 'print one JSON document');
}

export function explainOptions(command: Command) {
  return command
    .description("say how certain the values of an account's day are, or why they are missing")
    .requiredOption('--user <id>', 'the user', nonEmpty('--user'))
    .requiredOption('--platform <name>', 'the platform', nonEmpty('--platform'))
    .requiredOption('--date <day>', "the day, YYYY-MM-DD, in the platform's time zone", (text) =>
      parseCalendarDate('--date', text),
    )
    .option('--account <id>', 'the account (default: the primary one)', nonEmpty('--account'))
    .option('--metric <name>', 'only this metric', nonEmpty('--metric'))
    .option('--sandbox', 'explain what collect --sandbox --keep collected')
    .option('--json', 'print one JSON document');
}

export type ShowFlags = Options<typeof showOptions>;
export type ExplainFlags = Options<typeof explainOptions>;
