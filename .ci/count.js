/* Prints how many tests passed, failed and were skipped, from the report of vitest's json reporter; exits 1 if any failed or none passed. */
import { readFileSync } from 'node:fs';

const { numPassedTests, numPendingTests, numTotalTests, success } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// What is missing on this machine is skipped, and says so; a test that did not run for another reason has not passed.
const failed = numTotalTests - numPassedTests - numPendingTests;
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
process.stdout.write(`tests: ${numPassedTests} passed, ${failed} failed${skipped}\n`);
process.exitCode = success && failed === 0 && numPassedTests > 0 ? 0 : 1;
