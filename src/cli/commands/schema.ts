import { schemaScript } from '../../store/schema.js';
import { renderAppliedSchema } from '../render/schema.js';
import { withApp } from '../with-app.js';

export async function schemaCommand(flags: { readonly apply?: true; readonly partitioned?: true }): Promise<void> {
  const options = { partitioned: flags.partitioned === true };
  if (!flags.apply) {
    process.stdout.write(await schemaScript(options));
    return;
  }
  await withApp(async (app) => {
    const applied = await app.applySchema(options);
    process.stdout.write(renderAppliedSchema(app.store.description, applied));
  });
}
