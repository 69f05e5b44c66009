import { describe } from 'vitest';
import { OTHER_SERVERS } from '../e2e/support/databases.js';
import { testDividedNight } from '../e2e/support/divided-night.js';

describe.each(OTHER_SERVERS)('a night divided among four processes, on %s', testDividedNight);
