import { exitCodeOf, NO_FAILURES } from '../../alerts/exit-code.js';
import { EXIT } from '../../exit-codes.js';
import { usageError } from '../flags.js';
import type { CollectFlags } from '../options.js';
import { colorsFor } from '../render/colors.js';
import { renderIntroduction, renderNotice, renderRun, renderSeen } from '../render/late.js';
import { STOPPING } from '../render/reporter.js';
import { jsonDocument } from '../render/text.js';
import { watchSignals } from '../signals.js';
import type { SimulatedRun } from '../simulate.js';

const RUNS = 10;

/** `collect --sandbox late`: a run on each of ten simulated days, and what the table looked like after it. `given`: the options in use. */
export async function collectLate(flags: CollectFlags, given: readonly string[]): Promise<void> {
  const { json = false } = flags;
  const flag = given.find((name) => name !== 'sandbox' && name !== 'json');
  if (flag !== undefined) throw notCombinable(flag);
  const colors = colorsFor(process.stdout);
  if (json) process.stderr.write(renderNotice(RUNS));
  else process.stdout.write(renderIntroduction(RUNS));
  const watch = watchSignals(() => process.stderr.write(`${STOPPING}\n`));
  const runs: SimulatedRun[] = [];
  try {
    // Loaded after the first output, because it takes a while.
    const [{ simulateRuns }, { parseCollectFlags }] = await Promise.all([
      import('../simulate.js'),
      import('./collect.js'),
    ]);
    const options = { ...parseCollectFlags(flags, [], ''), signal: watch.signal };
    for await (const run of simulateRuns({ until: new Date(), runs: RUNS, options })) {
      runs.push(run);
      if (!json) process.stdout.write(renderRun(run, runs.length, colors));
    }
    if (json) process.stdout.write(jsonDocument({ runs }));
    else if (!watch.signal.aborted) process.stdout.write(renderSeen(runs));
    const last = runs.at(-1);
    process.exitCode = watch.exitCode() ?? (last ? exitCodeOf(last.summary, NO_FAILURES, null) : EXIT.failed);
  } finally {
    watch.end();
  }
}

function notCombinable(flag: string) {
  const name = `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return usageError(
    `${name} cannot be combined with --sandbox late, which makes its own runs.`,
    `Leave out ${name}; only --json is allowed with it.`,
  );
}
