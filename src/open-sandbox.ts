import { type Config, loadConfig } from './config.js';
import type { OpenStore } from './open-store.js';
import type { PlatformDefinition } from './platforms/contract.js';
import type { SandboxAccount } from './sandbox/account.js';
import type { EmbeddedStore } from './store/drivers/embedded.js';
import type { Store } from './store/store.js';
import { createKeyring, type Keyring } from './tokens/keyring.js';

export type SandboxKind = 'healthy' | 'faulty' | 'late';

export interface OpenSandbox extends OpenStore {
  readonly config: Config;
  /** Closing it also stops the platforms. */
  readonly store: EmbeddedStore;
}

/**
 * Everything real but the other end: the same code over HTTP to loopback, and SQL to a database in memory. The platforms live by
 * the same clock; those of `late` begin to be late when they are opened.
 */
export async function openSandbox(
  kind: SandboxKind,
  now: () => Date = () => new Date(),
  ownPlatforms: readonly PlatformDefinition[] = [],
): Promise<OpenSandbox> {
  const [
    { startSandbox },
    { FAULTY_REFUSED_METRICS, population },
    { latePopulation },
    { SANDBOX_CREDENTIALS },
    { openEmbeddedStore },
    { generateKey },
  ] = await Promise.all([
    import('./sandbox/server.js'),
    import('./sandbox/population.js'),
    import('./sandbox/late.js'),
    import('./sandbox/oauth.js'),
    import('./store/drivers/embedded.js'),
    import('./tokens/fernet.js'),
  ]);
  const faulty = kind === 'faulty';
  const accounts = kind === 'late' ? latePopulation(now()) : population({ faulty });
  const platforms = await startSandbox({ accounts, now, refusedMetrics: faulty ? FAULTY_REFUSED_METRICS : [] });
  try {
    const encryptionKey = generateKey();
    const store = await openEmbeddedStore('memory');
    await connect(accounts, store, createKeyring(encryptionKey, { allowPlaintext: false }));
    return {
      config: loadConfig({ ...platforms.urls, ...SANDBOX_CREDENTIALS, ENCRYPTION_KEY: encryptionKey }, ownPlatforms),
      store: { ...store, close: async () => void (await Promise.all([store.close(), platforms.close()])) },
      encryptionKey,
      notices: [
        `Sandbox: ${accounts.length} made-up accounts on a loopback port, a database in memory. Nothing here is real, and nothing is kept.`,
      ],
    };
  } catch (error) {
    // A listening port would keep the process alive.
    await platforms.close();
    throw error;
  }
}

async function connect(accounts: readonly SandboxAccount[], store: Store, keyring: Keyring): Promise<void> {
  for (const account of accounts) {
    await store.saveConnection({
      userId: account.userId,
      platform: account.platform,
      accountId: account.connectedAs ?? account.accountId,
      accountName: account.name,
      accessToken: keyring.encrypt(account.accessToken),
      refreshToken: account.refreshToken === undefined ? null : keyring.encrypt(account.refreshToken),
      tokenExpiresAt: account.tokenExpiresAt ?? null,
    });
  }
}
