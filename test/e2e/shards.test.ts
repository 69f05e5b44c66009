import { describe } from 'vitest';
import { ONE_SERVER } from './support/databases.js';
import { testDividedRun } from './support/divided-run.js';

describe.each(ONE_SERVER)('a run split among four processes, on %s', testDividedRun);
