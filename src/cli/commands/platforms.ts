import { configuredPlatforms } from '../../app.js';
import type { PlatformsFlags } from '../options.js';
import { loadPlugins } from '../plugins.js';
import { colorsFor } from '../render/colors.js';
import { platformJson, renderPlatforms } from '../render/platforms.js';

export async function platformsCommand({ plugin, json }: PlatformsFlags): Promise<void> {
  const [platforms, now] = [configuredPlatforms(await loadPlugins(plugin)), new Date()];
  const document = () =>
    `${JSON.stringify(
      platforms.map((platform) => platformJson(platform, now)),
      null,
      2,
    )}\n`;
  process.stdout.write(json ? document() : renderPlatforms(platforms, now, colorsFor(process.stdout)));
}
