#!/usr/bin/env node
import module from 'node:module';

// Of Node 22 and later: what was compiled once is not compiled at every start.
module.enableCompileCache?.();
await import('../dist/lib/main.js');
