import { EXIT } from '../../exit-codes.js';
import type { PlatformDefinition } from '../../platforms/contract.js';
import { type Examined, examine, isWell } from '../../report/doctor.js';
import type { Check } from '../../report/doctor-check.js';
import { configured, ofSandbox } from '../../report/doctor-context.js';
import type { DoctorFlags } from '../doctor-options.js';
import { loadPlugins } from '../plugins.js';
import { colorsFor } from '../render/colors.js';
import { doctorJson, renderCheck, renderVerdict } from '../render/doctor.js';
import { jsonDocument } from '../render/text.js';
import { findSchedules } from '../schedule/find.js';
import { JOBS } from '../schedule/pg-cron.js';

export async function doctorCommand({ live, json, sandbox, plugin }: DoctorFlags): Promise<void> {
  const examined = await (sandbox ? keptSandbox(json) : installation(await loadPlugins(plugin)));
  const colors = colorsFor(process.stdout);
  const checks: Check[] = [];
  for await (const check of examine(examined, { live: live === true })) {
    if (!json) process.stdout.write(renderCheck(check, colors, checks.at(-1)));
    checks.push(check);
  }
  process.stdout.write(json ? jsonDocument(doctorJson(checks)) : renderVerdict(checks, colors));
  if (!isWell(checks)) process.exitCode = EXIT.failed;
}

function installation(plugins: readonly PlatformDefinition[]): Promise<Examined> {
  return configured(plugins, { schedules: findSchedules, jobs: JOBS });
}

async function keptSandbox(json: true | undefined): Promise<Examined> {
  if (!json) process.stderr.write('Starting the sandbox …\n');
  const { openSandbox } = await import('../../open-sandbox.js');
  return ofSandbox(await openSandbox({ sandbox: 'healthy', keptSandbox: 'existing' }));
}
