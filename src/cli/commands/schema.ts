import { schemaSql } from '../../store/schema.js';
import { withApp } from '../with-app.js';

export async function schemaCommand({ apply }: { readonly apply?: boolean }): Promise<void> {
  if (!apply) {
    process.stdout.write(await schemaSql());
    return;
  }
  await withApp(async ({ store }) => {
    await store.applySchema();
    process.stdout.write(`the schema is in place: ${store.description}\n`);
  });
}
