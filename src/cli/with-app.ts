import { type App, type AppOptions, prepareApp } from '../app.js';
import { cleanText } from './render/text.js';
import { startingText } from './starting.js';
import { isUnattended } from './unattended.js';

interface WithAppOptions
  extends Pick<AppOptions, 'defaultStore' | 'readOnly' | 'sandbox' | 'keptSandbox' | 'ownPlatforms' | 'environment'> {
  readonly json?: boolean | undefined;
}

/**
 * Runs a command that shows no progress: prints what is starting and the notices on stderr, and always closes the app. When
 * unattended, no embedded database is created: if there is none, the settings that name the real one are missing.
 */
export async function withApp(
  use: (app: App) => Promise<void>,
  { defaultStore = isUnattended() ? 'existing' : 'create', json, ...options }: WithAppOptions = {},
): Promise<void> {
  const prepared = prepareApp({ defaultStore, ...options });
  const starting = startingText(prepared);
  if (starting !== null && !json) process.stderr.write(`${starting}\n`);
  const app = await prepared.open();
  try {
    for (const notice of app.notices) process.stderr.write(`${cleanText(notice)}\n`);
    await use(app);
  } finally {
    await app.close();
  }
}
