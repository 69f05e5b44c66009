/* What a section of the bench works with. All of it is gone when the stage is closed. */
import { createDatabase } from './database.js';
import { command, startActor } from './process.js';
import { temporaryFolder } from './support.js';

/** `scale`: the share of the full sizes that is measured. `isLarge`: whether to measure a million accounts too. */
export function createStage({ scale, isLarge }) {
  const opened = [];
  const keep = async (opening) => {
    const thing = await opening;
    opened.push(thing);
    return thing;
  };
  const stage = {
    isLarge,
    size: (full) => Math.max(10, Math.round(full * scale)),
    database: () => keep(createDatabase()),
    actor: (name, options) => keep(startActor(name, options)),
    folder() {
      const { path, remove } = temporaryFolder();
      opened.push({ close: remove });
      return path;
    },
    /** Supabase's interface, over a database of its own. */
    async supabase() {
      const actor = await stage.actor('supabase', { folder: stage.folder() });
      await actor.ask('exec', (await command(['schema'])).stdout);
      return { ...actor, query: (text, values) => actor.ask('query', { text, values }) };
    },
    async close() {
      for (const thing of opened.splice(0).reverse()) await thing.close();
    },
  };
  return stage;
}
