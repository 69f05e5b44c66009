import { definePlatform } from '../definition.js';
import { threads } from './threads.js';
import { THREADS_VARIABLES, threadsSettings } from './variables.js';

export const THREADS = definePlatform({
  name: 'threads',
  title: 'Threads',
  variables: THREADS_VARIABLES,
  create: (variables) => threads(threadsSettings(variables)),
});
