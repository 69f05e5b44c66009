import { openApp } from '../../app.js';
import { schemaSql } from '../../store/schema.js';

export async function schemaCommand({ apply }: { readonly apply?: boolean }): Promise<void> {
  if (!apply) {
    process.stdout.write(await schemaSql());
    return;
  }
  const app = await openApp({});
  try {
    await app.store.applySchema();
    process.stdout.write(`the schema is in place: ${app.store.description}\n`);
  } finally {
    await app.close();
  }
}
