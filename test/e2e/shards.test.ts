import { describe } from 'vitest';
import { ONE_SERVER } from './support/databases.js';
import { testDividedRun } from './support/divided-run.js';

describe.each(ONE_SERVER)('a run divided among four processes, on %s', testDividedRun);
