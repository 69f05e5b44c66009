import { collectCommand, formatTime, formatTimes, type Installation, type Times, type Workers } from './schedule.js';

export interface SystemdUnits extends Installation {
  readonly at: Times;
  /** The user to run as when the program is in a home directory, which a dynamic user cannot enter. */
  readonly user: string;
  readonly sharing: Workers;
}

/** A service and its timer, each after a line that names its file. */
export function systemdUnits(units: SystemdUnits): string {
  return `# ==> /etc/systemd/system/analytics-collect.service <==
${service(units)}
# ==> /etc/systemd/system/analytics-collect.timer <==
${timer(units)}`;
}

function service({ node, bin, user, sharing }: SystemdUnits): string {
  const isAtHome = [node, bin].some((path) => /^\/(home|root)\//.test(path));
  return `${sharing.kind === 'workers' ? onHosts(sharing.count) : ''}# Settings and secrets are read from /etc/analytics-collect/env, one NAME=value per line. systemd reads the file as root,
# so nobody else needs access: chmod 600.
# Try it: systemctl start analytics-collect
# Read its log: journalctl -u analytics-collect
[Unit]
Description=Collect the analytics of every connected account
Documentation=man:systemd.exec(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${[node, bin].map(unitWord).join(' ')} ${collectCommand(sharing)}
EnvironmentFile=/etc/analytics-collect/env
# A secret can also be kept in a file that only this service sees (systemd 250 and newer):
#LoadCredential=encryption_key:/etc/analytics-collect/encryption_key
#Environment=ENCRYPTION_KEY_FILE=%d/encryption_key

${isAtHome ? `User=${user}` : 'DynamicUser=yes'}
StateDirectory=analytics-collect
WorkingDirectory=/var/lib/analytics-collect
Environment=ANALYTICS_DATA_DIR=/var/lib/analytics-collect
UMask=0077
# A run ends by itself after three hours (--max-duration). When stopped, it first writes what it has fetched.
TimeoutStartSec=4h
TimeoutStopSec=60s

ProtectSystem=strict
ProtectHome=${isAtHome ? 'read-only' : 'yes'}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# No MemoryDenyWriteExecute: Node compiles code at run time.
`;
}

function timer({ at, sharing }: SystemdUnits): string {
  return `# Enable it: systemctl enable --now analytics-collect.timer
# See the next run: systemctl list-timers analytics-collect
[Unit]
Description=Collect the analytics of every connected account each day at ${formatTimes(at)} UTC

[Timer]
${at.map((time) => `OnCalendar=*-*-* ${formatTime(time)}:00 UTC`).join('\n')}
# A run that was missed while the machine was off starts when it is on again.
Persistent=true
${sharing.kind === 'workers' ? '' : 'RandomizedDelaySec=10min\n'}
[Install]
WantedBy=timers.target
`;
}

function onHosts(count: number): string {
  return `# Install both files on ${count} hosts: they share one run over the DATABASE_URL that all of them name. A host that starts up to
# ten minutes after the run has ended has nothing to do.
#
`;
}

/** A word of ExecStart, in which systemd expands percent and dollar signs. */
function unitWord(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /\s|["';]/.test(text) ? `"${escaped}"` : escaped;
}
