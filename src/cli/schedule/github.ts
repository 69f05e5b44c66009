import { DEFINITIONS } from '../../platforms/registry.js';
import { namesOf } from '../../setting.js';
import { cronSchedules, formatTime, formatTimes, type Times } from './schedule.js';

/** Repository secrets that become variables of the same name; one that is not set is an empty variable, as if absent. */
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

/** A workflow for .github/workflows. Each job of several collects one shard. */
export function githubWorkflow({ at, shards }: GithubWorkflow): string {
  const { inputs, strategy, variables, flag, after } = shards === 1 ? wholeRun() : sharedRun(shards);
  return `name: collect

# GitHub switches a schedule off after 60 days without a commit to a public repository, and tells only by e-mail. Switch
# it on again on the Actions page. So that a run that never starts is noticed, set the secret HEALTHCHECK_URL to the
# address of a dead-man's switch (healthchecks.io and others): each run pings it, and it tells when no ping comes.
on:
  schedule:
    # ${formatTimes(at)} UTC. An odd minute is best: at full hours GitHub starts late, or leaves a run out.${pastMidnight(at)}
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

# A second run waits for the first. A run is never cancelled: what it has fetched would be asked for again.
concurrency:
  group: collect
  cancel-in-progress: false

jobs:
  collect:
    runs-on: ubuntu-latest
    timeout-minutes: 200${strategy}
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - name: Collect
        id: collect
        env:
${SECRETS.map((name) => `          ${name}: \${{ secrets.${name} }}`).join('\n')}
          # Inputs come in as variables: written into the script, they could be commands.
          ONLY_DATE: \${{ inputs.date }}
          ${variables.join('\n          ')}
        # In a repository that has analytics-collect among its dependencies: npx --no-install analytics-collect collect
        run: node bin/analytics-collect.js collect ${flag} \${ONLY_DATE:+"--date=$ONLY_DATE"}
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
      # A shard that fails stops no other; "Re-run failed jobs" runs it again.
      fail-fast: false
      matrix:
        shard: [${numbers.join(', ')}]`,
    variables: [`SHARD: \${{ matrix.shard }}/${shards}`],
    flag: '--shard="$SHARD"',
    after: `
  # One ping for the run, once every shard has done its part.
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
    # At ${formatTime(late)} it is past midnight in Los Angeles all the year round, so that Meta's yesterday is there.${
      at.length === 1 ? '' : ' Each run\n    # asks only for what is due.'
    }`;
}
