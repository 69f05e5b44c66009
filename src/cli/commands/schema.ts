import { schemaScript } from '../../store/schema.js';
import { renderAppliedSchema } from '../render/schema.js';
import { withApp } from '../with-app.js';

export async function schemaCommand({ apply }: { readonly apply?: boolean }): Promise<void> {
  if (!apply) {
    process.stdout.write(await schemaScript());
    return;
  }
  await withApp(async (app) => {
    const applied = await app.applySchema();
    process.stdout.write(renderAppliedSchema(app.store.description, applied));
  });
}
