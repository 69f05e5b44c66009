import { describe } from 'vitest';
import { ONE_SERVER } from './support/databases.js';
import { testDividedNight } from './support/divided-night.js';

describe.each(ONE_SERVER)('a night divided among four processes, on %s', testDividedNight);
