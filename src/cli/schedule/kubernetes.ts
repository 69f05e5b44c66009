import { formatTimes, onlyCronSchedule, type Times } from './schedule.js';

const IMAGE = 'ghcr.io/analytics-collect/analytics-collect';
/** The program's path in the image: see the Dockerfile. */
const BIN = '/app/bin/analytics-collect.js';

const NO_PING = `
# Pods do not ping HEALTHCHECK_URL, because none of them knows whether the others succeeded. To check all of them:
# \`analytics-collect status --max-age 26\`.`;

export interface KubernetesJob {
  readonly at: Times;
  /** How many pods share a run. */
  readonly shards: number;
  /** This program's version, which is the image's tag. */
  readonly version: string;
}

/** A CronJob; with several shards its Job is an Indexed one, one pod per shard. */
export function kubernetesCronJob({ at, shards, version }: KubernetesJob): string {
  const indexed = shards > 1;
  return `# analytics-collect, each day at ${formatTimes(at)} UTC${indexed ? `, by ${shards} pods, one pod per shard of the users` : ''}. Kubernetes ${indexed ? '1.29' : '1.27'} and newer.
#
# Settings and secrets come from a Secret. Create it from a file with one NAME=value per line:
#   kubectl create secret generic analytics-collect --from-env-file=FILE${indexed ? NO_PING : ''}
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
${indexed ? indexedFields(shards) : singleFields()}
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
  return `      # Retried after 10, 20, 40, … seconds, until the lease of a pod that died has expired (two minutes).
      backoffLimit: 5
${failurePolicy('FailJob')}`;
}

function indexedFields(shards: number): string {
  return `      completionMode: Indexed
      completions: ${shards}
      parallelism: ${shards}
      # Retried after 10, 20, 40, … seconds, until the lease of a pod that died has expired (two minutes).
      backoffLimitPerIndex: 5
${failurePolicy('FailIndex')}`;
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

function command(shards: number): string {
  if (shards === 1) return `              command: [node, ${BIN}, collect]`;
  return `              # Kubernetes counts from 0, shards from 1.
              command: [/bin/sh, -c, 'exec node ${BIN} collect --shard="$((JOB_COMPLETION_INDEX + 1))/${shards}"']`;
}
