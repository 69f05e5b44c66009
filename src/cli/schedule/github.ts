import { DEFINITIONS } from '../../platforms/registry.js';
import { namesOf } from '../../setting.js';
import { cronSchedules, formatTime, formatTimes, type Times } from './schedule.js';

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
  /** How many jobs share a run. */
  readonly shards: number;
}

/** A workflow for .github/workflows. With several jobs, each collects one shard. */
export function githubWorkflow({ at, shards }: GithubWorkflow): string {
  const { inputs, strategy, variables, flag, after } = shards === 1 ? wholeRun() : sharedRun(shards);
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
        run: npx --no-install analytics-collect collect ${flag} \${ONLY_DATE:+"--date=$ONLY_DATE"}
${after}`;
}

function wholeRun() {
  return {
    inputs: `
      user:
        description: Only this user (empty for all)
        required: false`,
    strategy: '',
    variables: [`ONLY_USER: \${{ inputs.user }}`, `HEALTHCHECK_URL: \${{ secrets.HEALTHCHECK_URL }}`],
    flag: `\${ONLY_USER:+"--user=$ONLY_USER"}`,
    after: '',
  };
}

function sharedRun(shards: number) {
  const numbers = Array.from({ length: shards }, (_, index) => index + 1);
  return {
    inputs: '',
    strategy: `
    strategy:
      # A failed shard does not stop the others; "Re-run failed jobs" runs it again.
      fail-fast: false
      matrix:
        shard: [${numbers.join(', ')}]`,
    variables: [`SHARD: \${{ matrix.shard }}/${shards}`],
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
