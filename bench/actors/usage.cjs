/* Preloaded into a measured program, this writes what it used into the file `BENCH_USAGE` when it exits. */
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMb: (peakKb() ?? maxRSS) / 1_024 };
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
});

/** On Linux `maxRSS` may be that of the process which started this one. */
function peakKb() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return undefined;
  }
}
