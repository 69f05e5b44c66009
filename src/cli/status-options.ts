import { type Command, Option } from '@commander-js/extra-typings';
import { BOUNDS } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { integer, nonEmpty } from './flags.js';
import { type Options, plugin } from './options.js';
import { parseThreshold } from './status-flags.js';

/** The options of `status`. Nothing here may import slow modules, as in `options.ts`. */
export function statusOptions(command: Command) {
  return command
    .description('show the last run and the state of each platform')
    .addOption(plugin())
    .option(
      '--days <n>',
      `how many ended days to look at (default: ${DEFAULT_LOOKBACK_DAYS})`,
      integer('--days', BOUNDS.days),
    )
    .option(
      '--max-age <hours>',
      'exit 1 when the last completed run started longer ago than this',
      integer('--max-age', { min: 1, max: 8760 }),
    )
    .option(
      '--warn <share...>',
      'exit 3 when a smaller share of accounts is complete or late: 99%, PLATFORM=95%',
      parseThreshold('--warn'),
    )
    .option(
      '--fail <share...>',
      'exit 1 when a smaller share of accounts is complete or late: 90%, PLATFORM=80%',
      parseThreshold('--fail'),
    )
    .option('--user <id>', 'list the accounts of this user instead', nonEmpty('--user'))
    .option('--platform <name...>', 'list the accounts of these platforms instead')
    .option('--reason <reason>', 'list the accounts with this reason or in this state instead')
    .addOption(new Option('--csv', 'list the accounts as CSV').conflicts('json'))
    .option('--today', 'show what was written in the last 24 hours, by platform and metric')
    .option('--sandbox', 'show what collect --sandbox --keep collected')
    .option('--json', 'print one JSON document');
}

export type StatusFlags = Options<typeof statusOptions>;
