import { type App, openApp } from '../app.js';
import { cleanText } from './render/text.js';

/** Runs a command that shows no progress: says the notices on stderr, closes the app whatever happens. */
export async function withApp(use: (app: App) => Promise<void>): Promise<void> {
  const app = await openApp();
  try {
    for (const notice of app.notices) process.stderr.write(`${cleanText(notice)}\n`);
    await use(app);
  } finally {
    await app.close();
  }
}
