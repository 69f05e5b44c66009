import { describe } from 'vitest';
import { OTHER_SERVERS } from '../e2e/support/databases.js';
import { testDividedRun } from '../e2e/support/divided-run.js';

describe.each(OTHER_SERVERS)('a run split among four processes, on %s', testDividedRun);
