import { DEFINITIONS } from '../../platforms/registry.js';
import { namesOf } from '../../setting.js';
import { collectCommand, cronSchedules, formatTime, formatTimes, type Sharing, type Times } from './schedule.js';

/** Repository secrets that become variables of the same name. A secret that is not set becomes an empty variable, which counts as unset. */
const SECRETS = [
  'SUPABASE_URL',
  'SUPABASE_SERVICE_ROLE_KEY',
  'DATABASE_URL',
  'ENCRYPTION_KEY',
  ...new Set(DEFINITIONS.flatMap(({ variables }) => namesOf(variables, 'credential', 'secret'))),
  'ALERT_WEBHOOK_URL',
];

export interface GithubWorkflow {
  readonly at: Times;
  readonly sharing: Sharing;
}

/** A workflow for .github/workflows. With shards or workers, each is a job of a matrix. */
export function githubWorkflow({ at, sharing }: GithubWorkflow): string {
  const { inputs, strategy, variables, flag, after } = partsOf(sharing);
  return `name: collect

# In a public repository, GitHub disables a schedule after 60 days without a commit, and announces it only by e-mail.
# Enable it again on the Actions page. To notice a run that never starts, set the secret HEALTHCHECK_URL to the address
# of a dead man's switch (healthchecks.io and others): each run pings it, and it alerts you when no ping comes.
on:
  schedule:
    # ${formatTimes(at)} UTC. On the hour, GitHub often starts jobs late or skips them.${pastMidnight(at)}
${cronSchedules(at)
  .map((schedule) => `    - cron: "${schedule}"`)
  .join('\n')}
  workflow_dispatch:
    inputs:${inputs}
      date:
        description: Only this day, YYYY-MM-DD (empty for every day that is due)
        required: false

permissions:
  contents: read

# A second run waits for the first. A run is never cancelled: its requests would have to be made again.
concurrency:
  group: collect
  cancel-in-progress: false

jobs:
  collect:
    runs-on: ubuntu-latest
    timeout-minutes: 200${strategy}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - name: Collect
        id: collect
        env:
${SECRETS.map((name) => `          ${name}: \${{ secrets.${name} }}`).join('\n')}
          # Inputs are passed as variables, because text inserted into the script could run commands.
          ONLY_DATE: \${{ inputs.date }}
          ${variables.join('\n          ')}
        # --no-install: only what \`npm ci\` installed, never a package fetched from the registry.
        run: npx --no-install analytics-collect ${collectCommand(sharing)} ${flag} \${ONLY_DATE:+"--date=$ONLY_DATE"}
${after}`;
}

function partsOf(sharing: Sharing) {
  switch (sharing.kind) {
    case 'one':
      return wholeRun('');
    case 'shards':
      return ofShards(sharing.count);
    case 'workers':
      return wholeRun(`
    strategy:
      # Equal jobs share the run over DATABASE_URL, a secret that they need. One that fails does not stop the others, which do its
      # work; one that starts after the run has ended exits 0.
      fail-fast: false
      matrix:
        worker: [${countedTo(sharing.count)}]`);
  }
}

function wholeRun(strategy: string) {
  return {
    inputs: `
      user:
        description: Only this user (empty for all)
        required: false`,
    strategy,
    variables: [`ONLY_USER: \${{ inputs.user }}`, `HEALTHCHECK_URL: \${{ secrets.HEALTHCHECK_URL }}`],
    flag: `\${ONLY_USER:+"--user=$ONLY_USER"}`,
    after: '',
  };
}

function countedTo(count: number): string {
  return Array.from({ length: count }, (_, index) => index + 1).join(', ');
}

function ofShards(count: number) {
  return {
    inputs: '',
    strategy: `
    strategy:
      # A failed shard does not stop the others; "Re-run failed jobs" runs it again.
      fail-fast: false
      matrix:
        shard: [${countedTo(count)}]`,
    variables: [`SHARD: \${{ matrix.shard }}/${count}`],
    flag: '--shard="$SHARD"',
    after: `
  # One ping for the whole run, once every shard has succeeded.
  ping:
    needs: collect
    runs-on: ubuntu-latest
    timeout-minutes: 5
    env:
      HEALTHCHECK_URL: \${{ secrets.HEALTHCHECK_URL }}
    steps:
      - if: env.HEALTHCHECK_URL != ''
        run: curl --fail --silent --show-error --max-time 10 --retry 3 --output /dev/null "$HEALTHCHECK_URL"
`,
  };
}

function pastMidnight(at: Times): string {
  const late = at.find(({ hour }) => hour >= 8);
  if (late === undefined) return '';
  return `
    # At ${formatTime(late)} UTC it is past midnight in Los Angeles all year round, so Meta's yesterday has ended.${
      at.length === 1 ? '' : ' Each\n    # run asks only for what is due.'
    }`;
}
