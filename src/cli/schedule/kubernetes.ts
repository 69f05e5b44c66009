import { collectCommand, formatTimes, onlyCronSchedule, type Sharing, type Times } from './schedule.js';

const IMAGE = 'ghcr.io/analytics-collect/analytics-collect';
/** The program's path in the image: see the Dockerfile. */
const BIN = '/app/bin/analytics-collect.js';

export interface KubernetesJob {
  readonly at: Times;
  readonly sharing: Sharing;
  /** This program's version, which is the image's tag. */
  readonly version: string;
}

interface JobParts {
  /** Who collects, for the first line. */
  readonly by: string;
  /** Kubernetes has the fields since this version. */
  readonly since: string;
  /** What else there is to know. */
  readonly note: string;
  readonly fields: string;
  readonly command: string;
}

/** A CronJob. The Job of several shards is an Indexed one, one pod per shard; the Job of workers has equal pods. */
export function kubernetesCronJob({ at, sharing, version }: KubernetesJob): string {
  const { by, since, note, fields, command } = partsOf(sharing);
  return `# analytics-collect, each day at ${formatTimes(at)} UTC${by}. Kubernetes ${since} and newer.
#
# Settings and secrets come from a Secret. Create it from a file with one NAME=value per line:
#   kubectl create secret generic analytics-collect --from-env-file=FILE${note}
# Try it: kubectl create job --from=cronjob/analytics-collect try
apiVersion: batch/v1
kind: CronJob
metadata:
  name: analytics-collect
spec:
  schedule: "${onlyCronSchedule('a CronJob', at)}"
  timeZone: Etc/UTC
  # No second run starts while one is running; the next one collects what is left.
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
${fields}
      activeDeadlineSeconds: 14400
      template:
        metadata:
          labels:
            app.kubernetes.io/name: analytics-collect
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          # When stopped, a run first writes what it has fetched.
          terminationGracePeriodSeconds: 60
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            runAsGroup: 1000
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: collect
              image: ${IMAGE}:${version}
${command}
              envFrom:
                - secretRef:
                    name: analytics-collect
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: [ALL]
              resources:
                requests:
                  cpu: 100m
                  memory: 256Mi
                limits:
                  memory: 1Gi
`;
}

const RETRIED = '# Retried after 10, 20, 40, … seconds, until the lease of a pod that died has expired (two minutes).';

function partsOf(sharing: Sharing): JobParts {
  const command = `              command: [node, ${BIN}, ${collectCommand(sharing).split(' ').join(', ')}]`;
  switch (sharing.kind) {
    case 'one':
      return {
        by: '',
        since: '1.27',
        note: '',
        fields: `      ${RETRIED}
      backoffLimit: 5
${failurePolicy('FailJob')}`,
        command,
      };
    case 'shards':
      return ofShards(sharing.count);
    case 'workers':
      return { ...ofWorkers(sharing.count), command };
  }
}

function ofShards(count: number): JobParts {
  return {
    by: `, by ${count} pods, one pod per shard of the users`,
    since: '1.29',
    note: `
# Pods do not ping HEALTHCHECK_URL, because none of them knows whether the others succeeded. To check all of them:
# \`analytics-collect status --max-age 26\`.`,
    fields: `      completionMode: Indexed
      completions: ${count}
      parallelism: ${count}
      ${RETRIED}
      backoffLimitPerIndex: 5
${failurePolicy('FailIndex')}`,
    command: `              # Kubernetes counts from 0, shards from 1.
              command: [/bin/sh, -c, 'exec node ${BIN} collect --shard="$((JOB_COMPLETION_INDEX + 1))/${count}"']`,
  };
}

function ofWorkers(count: number): Omit<JobParts, 'command'> {
  return {
    by: `, by ${count} pods that share each run`,
    since: '1.27',
    note: `
# It needs DATABASE_URL, beside SUPABASE_URL too: the pods divide the work over that database.`,
    fields: `      # No completions and no index: the pods are equal. They end together, when the run does; a pod that starts later exits 0.
      parallelism: ${count}
      # The work of a pod that died is done by the others, and a new pod joins them. When everything failed, each pod exits 1:
      # so many failures end the Job, before a new pod finds the run ended and exits 0.
      backoffLimit: ${count - 1}
${failurePolicy('FailJob')}
          # Not counted: a pod that Kubernetes moves to another node. Stopped, it gives its work back at once.
          - action: Ignore
            onPodConditions:
              - type: DisruptionTarget
                status: "True"`,
  };
}

function failurePolicy(action: string): string {
  return `      # Not retried: 2, wrong settings; 3, some connections failed, and the next run tries them again.
      podFailurePolicy:
        rules:
          - action: ${action}
            onExitCodes:
              containerName: collect
              operator: In
              values: [2, 3]`;
}
