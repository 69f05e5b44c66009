import { baseAddress } from '../../setting.js';
import { definePlatform } from '../definition.js';
import { threads } from './threads.js';

export const THREADS = definePlatform({
  name: 'threads',
  title: 'Threads',
  variables: { THREADS_GRAPH_URL: baseAddress('https://graph.threads.net') },
  create: ({ THREADS_GRAPH_URL: url }) => threads(url),
});
