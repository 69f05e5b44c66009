import type { Command } from '@commander-js/extra-typings';
import { type Options, plugin } from './options.js';

export function doctorOptions(command: Command) {
  return command
    .description('check settings, database, key, schedule and platforms, and say what to fix')
    .addOption(plugin())
    .option('--live', "also check one account's real token on each platform")
    .option('--data', 'also list the collected days whose figures do not add up')
    .option('--sandbox', 'check what collect --sandbox --keep left')
    .option('--json', 'print one JSON document');
}

export type DoctorFlags = Options<typeof doctorOptions>;
