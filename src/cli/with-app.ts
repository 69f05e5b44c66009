import { type App, type AppOptions, openApp } from '../app.js';
import { cleanText } from './render/text.js';
import { isUnattended } from './unattended.js';

type WithAppOptions = Pick<AppOptions, 'defaultStore' | 'sandbox' | 'keptSandbox' | 'ownPlatforms'>;

/**
 * Runs a command that shows no progress: says the notices on stderr, closes the app whatever happens. Where nobody looks on, an embedded
 * database is not made for a command that would find it empty: the settings that name another have been lost.
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
