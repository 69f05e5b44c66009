import {
  collectCommand,
  cronSchedules,
  formatTimes,
  type Installation,
  shellWord,
  type Times,
  type Workers,
} from './schedule.js';

export interface CrontabJob extends Installation {
  readonly at: Times;
  /** The working directory, whose `.env` is read. */
  readonly folder: string;
  readonly log: string;
  readonly sharing: Workers;
}

/** A user's crontab, without the user column of /etc/cron.d. */
export function crontab({ at, node, bin, folder, log, sharing }: CrontabJob): string {
  const command = `cd ${shellWord(folder)} && ${shellWord(node)} ${shellWord(bin)} ${collectCommand(sharing)} >> ${shellWord(log)} 2>&1`;
  const lines = cronSchedules(at).map((schedule) => `${schedule} ${escapePercent(command)}\n`);
  return `# analytics-collect, each day at ${formatTimes(at)} UTC. Add these lines with \`crontab -e\`.
# Printed by \`analytics-collect schedule crontab\`, with the paths of the machine on which it ran.
#${sharing.kind === 'workers' ? onHosts(sharing.count) : ''}
# Settings are read from the .env file in the folder that the line changes to. cron passes almost nothing of your
# shell's environment to a job, so all paths are absolute.
#
# CRON_TZ sets the time zone of the hours to UTC. The cron of Red Hat, Fedora, Arch and SUSE (cronie) supports it.
# The cron of Debian and Ubuntu ignores it and reads the hours in the machine's time zone: there, unless
# \`date +%Z\` prints UTC, write the hours in that zone.
#
# Meta's day ends at midnight in Los Angeles: 07:00 UTC in summer, 08:00 UTC in winter. At 02:00 UTC the newest ended
# day there is the day before yesterday; from 09:00 UTC on it is yesterday. A later run on the same day asks only for
# what is still due. A missed run loses no day: later runs collect it, up to 30 older days per run and account.

SHELL=/bin/sh
CRON_TZ=UTC
${lines.join('')}`;
}

function onHosts(count: number): string {
  return `
# Add the same lines on ${count} hosts, with the paths of each: they share one run over the DATABASE_URL that all of them name. A
# host that starts up to ten minutes after the run has ended has nothing to do.
#`;
}

/** cron reads an unescaped percent sign as the end of the line. */
function escapePercent(command: string): string {
  return command.replaceAll('%', String.raw`\%`);
}
