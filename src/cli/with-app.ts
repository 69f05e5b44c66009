import { type App, type AppOptions, openApp } from '../app.js';
import { cleanText } from './render/text.js';
import { isUnattended } from './unattended.js';

type WithAppOptions = Pick<AppOptions, 'defaultStore' | 'sandbox' | 'keptSandbox' | 'ownPlatforms'>;

/**
 * Runs a command that shows no progress: prints the notices on stderr and always closes the app. When unattended, no embedded
 * database is created: if there is none, the settings that name the real one are missing.
 */
export async function withApp(
  use: (app: App) => Promise<void>,
  { defaultStore = isUnattended() ? 'existing' : 'create', ...options }: WithAppOptions = {},
): Promise<void> {
  const app = await openApp({ defaultStore, ...options });
  try {
    for (const notice of app.notices) process.stderr.write(`${cleanText(notice)}\n`);
    await use(app);
  } finally {
    await app.close();
  }
}
