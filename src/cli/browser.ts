import { isUnattended } from './unattended.js';

interface Desk {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As Node's `process.platform`. */
  readonly platform: string;
  readonly isUnattended: boolean;
}

/** Whether whoever runs the command sits at another machine. */
export function isOverSsh(env: Desk['env'] = process.env): boolean {
  return [env.SSH_CONNECTION, env.SSH_CLIENT, env.SSH_TTY].some(Boolean);
}

/** Whether a browser that is opened here is seen by whoever runs the command. */
export function hasBrowser(
  { env, platform, isUnattended: nobodyLooks }: Desk = {
    env: process.env,
    platform: process.platform,
    isUnattended: isUnattended(),
  },
): boolean {
  if (nobodyLooks || isOverSsh(env)) return false;
  if (['darwin', 'win32'].includes(platform)) return true;
  return [env.DISPLAY, env.WAYLAND_DISPLAY, env.WSL_DISTRO_NAME].some(Boolean);
}

/** Opens an address, if that works: it has been printed, too. */
export async function openBrowser(address: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    (await open(address)).on('error', () => undefined);
  } catch {
    // There is no browser, or nothing that opens one.
  }
}
