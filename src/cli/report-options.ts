import type { Command } from '@commander-js/extra-typings';
import { OPEN_DAYS } from '../collector/window.js';
import { integer, nonEmpty } from './flags.js';
import { type Options, plugin } from './options.js';

/** At least two weeks, to compare them; `status` counts at most 60 days one by one. */
const DAYS = { min: 14, max: 60 };

/** The options of `report`. Nothing here may import slow modules, as in `options.ts`. */
export function reportOptions(command: Command) {
  return command
    .description('write an HTML page with charts: coverage, what to do, accounts, how values settle, runs')
    .addOption(plugin())
    .requiredOption('--html <file>', 'the file to write, or - for standard output', nonEmpty('--html'))
    .option('--days <n>', 'how many ended days to show', integer('--days', DAYS), OPEN_DAYS)
    .option('--user <id>', 'only this user', nonEmpty('--user'))
    .option('--platform <name...>', 'only these platforms')
    .option('--sandbox', 'show what collect --sandbox --keep collected');
}

export type ReportFlags = Options<typeof reportOptions>;
