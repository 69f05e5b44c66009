import { formatTimes, onlyCronSchedule, type Times } from './schedule.js';

const BIN = '/app/bin/analytics-collect.js';

const NO_PING = `
# A pod does not ping HEALTHCHECK_URL, for it cannot speak for the others: whether all have done their part is what
# \`analytics-collect status --max-age 26\` tells.`;

export interface KubernetesJob {
  readonly at: Times;
  /** How many pods share a run. */
  readonly shards: number;
}

/** A CronJob; with several shards its Job is an Indexed one, a pod a shard. */
export function kubernetesCronJob({ at, shards }: KubernetesJob): string {
  const indexed = shards > 1;
  return `# analytics-collect, each day at ${formatTimes(at)} UTC${indexed ? `, by ${shards} pods that share the users` : ''}. Kubernetes ${indexed ? '1.29' : '1.27'} and newer.
#
# The settings and secrets, a NAME=value a line in a file:
#   kubectl create secret generic analytics-collect --from-env-file=FILE${indexed ? NO_PING : ''}
# Try it: kubectl create job --from=cronjob/analytics-collect try
apiVersion: batch/v1
kind: CronJob
metadata:
  name: analytics-collect
spec:
  schedule: "${onlyCronSchedule('a CronJob', at)}"
  timeZone: Etc/UTC
  # A run that is still at work is not joined by the next: what it does not do, the one after it does.
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
${indexed ? indexedFields(shards) : singleFields()}
      activeDeadlineSeconds: 14400
      template:
        metadata:
          labels:
            app.kubernetes.io/name: analytics-collect
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          # Stopped, a run first writes what it has fetched.
          terminationGracePeriodSeconds: 60
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            runAsGroup: 1000
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: collect
              # Yours: this repository in /app of a Node image, after \`npm ci\`.
              image: registry.example.com/analytics-collect:latest
${command(shards)}
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

function singleFields(): string {
  return `      # Tried again after 10, 20, 40, … seconds: past the two minutes for which a pod that died holds its lease.
      backoffLimit: 5
${failurePolicy('FailJob')}`;
}

function indexedFields(shards: number): string {
  return `      completionMode: Indexed
      completions: ${shards}
      parallelism: ${shards}
      # Tried again after 10, 20, 40, … seconds: past the two minutes for which a pod that died holds its lease.
      backoffLimitPerIndex: 5
${failurePolicy('FailIndex')}`;
}

function failurePolicy(action: string): string {
  return `      # Not tried again: 2, wrong settings; 3, some connections failed, which the next run looks at.
      podFailurePolicy:
        rules:
          - action: ${action}
            onExitCodes:
              containerName: collect
              operator: In
              values: [2, 3]`;
}

function command(shards: number): string {
  if (shards === 1) return `              command: [node, ${BIN}, collect]`;
  return `              # Kubernetes counts from 0, shards from 1.
              command: [/bin/sh, -c, 'exec node ${BIN} collect --shard="$((JOB_COMPLETION_INDEX + 1))/${shards}"']`;
}
