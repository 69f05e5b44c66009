/* Prints how many tests passed and failed, from the report of vitest's json reporter; exits 1 unless all passed and some ran. */
import { readFileSync } from 'node:fs';

const { numPassedTests, numTotalTests, success } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// A test that did not run, for whatever reason, has not passed.
const failed = numTotalTests - numPassedTests;
process.stdout.write(`tests: ${numPassedTests} passed, ${failed} failed\n`);
process.exitCode = success && failed === 0 && numPassedTests > 0 ? 0 : 1;
