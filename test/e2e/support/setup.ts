import { freshHome } from './cli.js';

freshHome();
