import { type Command, Option } from '@commander-js/extra-typings';
import { nonEmpty } from './flags.js';
import { plugin } from './options.js';

/* The options of `connect`. As in `options.ts`, nothing here may import slow modules. */

export function connectOptions(command: Command) {
  return command
    .description('connect accounts in a browser: their owner allows access, and you choose which to connect')
    .argument('<platform>', 'the platform')
    .requiredOption('--user <id>', 'the user who owns the accounts', nonEmpty('--user'))
    .addOption(plugin())
    .option('--account <id...>', 'connect these accounts without asking')
    .addOption(new Option('--all', 'connect all accounts without asking').conflicts('account'))
    .option('--redirect-uri <url>', "a redirect address from your app's settings, where the platform demands one")
    .option('--no-browser', 'only print the address to open');
}

export type ConnectFlags = ReturnType<ReturnType<typeof connectOptions>['opts']>;
