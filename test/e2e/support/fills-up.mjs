// Preloaded into a command, this makes its disk look empty whenever it asks: as one that fills up between question and write.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const ROOM = { type: 0, bsize: 4096, blocks: 1e9, bfree: 1e9, bavail: 1e9, files: 0, ffree: 0 };
fs.promises.statfs = async () => ROOM;
syncBuiltinESMExports();
