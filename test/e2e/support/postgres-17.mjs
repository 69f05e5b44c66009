// Preloaded into a command, this makes it one of an earlier version, whose embedded PostgreSQL was 17.
import { register } from 'node:module';

const hooks = `
  export const resolve = (name, context, next) =>
    next(name === '@electric-sql/pglite' ? '${import.meta.resolve('pglite-17')}' : name, context);
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (!url.includes('/dist/lib/')) return loaded;
    return { ...loaded, source: String(loaded.source).replace('version === "18"', 'version === "17"') };
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
