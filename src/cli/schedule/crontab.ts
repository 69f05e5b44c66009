import { cronSchedules, formatTimes, type Installation, shellWord, type Times } from './schedule.js';

export interface CrontabJob extends Installation {
  readonly at: Times;
  /** The working directory, whose `.env` is read. */
  readonly folder: string;
  readonly log: string;
}

/** A user's crontab (no column for the user, as /etc/cron.d has). */
export function crontab({ at, node, bin, folder, log }: CrontabJob): string {
  const command = `cd ${shellWord(folder)} && ${shellWord(node)} ${shellWord(bin)} collect >> ${shellWord(log)} 2>&1`;
  const lines = cronSchedules(at).map((schedule) => `${schedule} ${escapePercent(command)}\n`);
  return `# analytics-collect, each day at ${formatTimes(at)} UTC. Put these lines where \`crontab -e\` leads; made by
# \`analytics-collect schedule crontab\`, which writes the paths of the machine it is called on.
#
# Settings are read from the .env in the folder that the line changes to. cron gives a job next to nothing of your
# shell's environment: hence the absolute paths.
#
# CRON_TZ makes the hours UTC all the year round, whatever the machine's zone. The cron of Red Hat, Fedora, Arch and SUSE
# (cronie) obeys it; that of Debian and Ubuntu does not know it, and takes the hours for the machine's zone: there, if
# \`date +%Z\` does not say UTC, put the hours in that zone.
#
# Meta's day ends at midnight in Los Angeles, 07:00 UTC in summer and 08:00 UTC in winter. At 02:00 UTC the newest day
# that has ended there is the one before yesterday; from 09:00 UTC on it is yesterday. A later run on the same day
# asks only for what is still due. A missed run loses no day: later runs collect it, up to 30 older days a run.

SHELL=/bin/sh
CRON_TZ=UTC
${lines.join('')}`;
}

/** cron takes a bare per cent sign for the end of the line. */
function escapePercent(command: string): string {
  return command.replaceAll('%', String.raw`\%`);
}
