/* Prints how many tests passed, failed and were skipped, from reports of vitest's json reporter; exits 1 if any failed or a report has none that passed. */
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
const passed = sum('numPassedTests');
const pending = sum('numPendingTests');
// What is missing on this machine is skipped, and says so; a test that did not run for another reason has not passed.
const failed = sum('numTotalTests') - passed - pending;
const skipped = pending > 0 ? `, ${pending} skipped` : '';
process.stdout.write(`tests: ${passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = reports.every((report) => report.success && report.numPassedTests > 0) && failed === 0 ? 0 : 1;
