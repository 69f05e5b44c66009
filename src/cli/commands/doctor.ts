import { EXIT } from '../../exit-codes.js';
import type { Examined } from '../../report/doctor.js';
import { type Check, isWell } from '../../report/doctor-check.js';
import type { DoctorFlags } from '../doctor-options.js';
import { colorsFor } from '../render/colors.js';
import { doctorJson, renderCheck, renderVerdict } from '../render/doctor.js';
import { jsonDocument } from '../render/text.js';
import { sandboxFlag } from '../sandbox-flags.js';

export async function doctorCommand({ live, data, json, sandbox, plugin }: DoctorFlags): Promise<void> {
  if (!json) process.stderr.write(sandbox ? 'Starting the sandbox …\n' : 'Checking this installation …\n');
  // Loaded after the first line, which appears sooner.
  const { examine } = await import('../../report/doctor.js');
  const examined = await (sandbox ? keptSandbox() : installation(plugin));
  const colors = colorsFor(process.stdout);
  const checks: Check[] = [];
  for await (const check of examine(examined, { live: live === true, data: data === true })) {
    if (!json) process.stdout.write(renderCheck(check, colors, checks.at(-1)));
    checks.push(check);
  }
  process.stdout.write(
    json ? jsonDocument(doctorJson(checks)) : renderVerdict(checks, colors, sandboxFlag({ sandbox })),
  );
  if (!isWell(checks)) process.exitCode = EXIT.failed;
}

async function installation(plugin: DoctorFlags['plugin']): Promise<Examined> {
  const [{ configured }, { loadPlugins }, { findSchedules }, { JOBS }] = await Promise.all([
    import('../../report/doctor-context.js'),
    import('../plugins.js'),
    import('../schedule/find.js'),
    import('../schedule/pg-cron.js'),
  ]);
  return configured(await loadPlugins(plugin), { schedules: findSchedules, jobs: JOBS });
}

async function keptSandbox(): Promise<Examined> {
  const { ofSandbox } = await import('../../report/doctor-context.js');
  const { openSandbox } = await import('../../open-sandbox.js');
  return ofSandbox(await openSandbox({ sandbox: 'healthy', keptSandbox: 'existing' }));
}
