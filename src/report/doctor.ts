import type { Clock } from '../clock.js';
import type { Platform } from '../platforms/contract.js';
import type { Inspection } from '../store/inspection.js';
import type { JobsInspection } from '../store/jobs-inspection.js';
import type { Store } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';
import { checkApis, checkClock, checkLive, type Probe } from './doctor-apis.js';
import { attempt, type Check, thrown, unchecked } from './doctor-check.js';
import { checkData } from './doctor-data.js';
import { checkKey, checkRefresh, checkTokens, type FindKey } from './doctor-key.js';
import { checkLastRun, checkSchedule, type FoundSchedule } from './doctor-schedule.js';
import { checkSharing } from './doctor-sharing.js';
import { checkAccounts, checkDisk, checkStore, type ExaminedStore } from './doctor-store.js';

/** Everything that is examined; it is only read. */
export interface Examined {
  /** What was found of the settings. */
  readonly settings: readonly Check[];
  /** Null if the settings do not say which. */
  readonly store: ExaminedStore | null;
  readonly findKey: FindKey;
  readonly allowPlaintext: boolean;
  /** As in `Collector`. */
  readonly renewsTokens: boolean;
  readonly platforms: ReadonlyMap<string, Platform>;
  /** The base addresses of a platform's APIs. */
  addressesOf(platform: string): readonly string[];
  readonly probe: Probe;
  /** Finds the schedules on this machine, as phrases; null if none is expected. */
  readonly schedules: ((jobs: Inspection['jobs']) => Promise<readonly FoundSchedule[]>) | null;
  /** The names of the pg_cron jobs that start runs. */
  readonly jobs: readonly string[];
  /** Null without a database that can keep the jobs of runs that processes share. */
  readonly sharing: (() => Promise<JobsInspection>) | null;
  readonly clock: Clock;
}

/** What is examined only on request. */
export interface Wanted {
  /** One real token per platform. */
  readonly live: boolean;
  /** Whether the collected figures add up. */
  readonly data: boolean;
}

/** The checks, each as soon as it is done. One that fails stops no other. */
export async function* examine(examined: Examined, { live, data }: Wanted): AsyncGenerator<Check> {
  yield* examined.settings;
  const opened = yield* examineStore(examined);
  try {
    const keyring = yield* examineTokens(examined, opened);
    yield* await examineRuns(examined, opened);
    yield* await examineSharing(examined, opened);
    yield* await examineApis(examined, opened);
    if (live) yield* await examineLive(examined, opened, keyring);
    if (data) yield* await examineData(examined, opened);
  } finally {
    await opened.store?.close();
  }
}

/** The store, if it could be opened, and what it says, if it could be asked. */
interface Opened {
  readonly store: Store | null;
  readonly inspection: Inspection | null;
}

const NOTHING: Opened = { store: null, inspection: null };

async function* examineStore({ store: examined, platforms, jobs }: Examined): AsyncGenerator<Check, Opened> {
  if (examined === null) {
    const why = 'the settings have to be corrected first';
    yield* (['store', 'connection', 'accounts', 'key'] as const).map((name) => unchecked(name, why));
    return NOTHING;
  }
  yield examined.chosen;
  yield* await checkDisk(examined);
  if (!examined.exists) {
    yield unchecked('connection', 'the database is created when the first account is connected');
    yield* checkAccounts({ accounts: {}, hidden: [] }, [...platforms.keys()]);
    return NOTHING;
  }
  let store: Store;
  try {
    store = await examined.open();
  } catch (error) {
    yield thrown('connection', error);
    yield* (['schema', 'rights', 'accounts'] as const).map((name) =>
      unchecked(name, 'the database could not be opened'),
    );
    return NOTHING;
  }
  const { checks, inspection } = await checkStore(examined, store, jobs);
  yield* checks;
  if (inspection !== null) yield* checkAccounts(inspection, [...platforms.keys()]);
  return { store, inspection };
}

/** Returns what opens the tokens, if there is a key. */
async function* examineTokens(
  { store: examined, findKey, allowPlaintext, platforms, renewsTokens, clock }: Examined,
  { store, inspection }: Opened,
): AsyncGenerator<Check, Keyring | null> {
  if (examined === null) return null;
  const encrypted = async () => (inspection === null ? 0 : ((await store?.countConnections(null))?.encrypted ?? 0));
  const { check, openers } = await checkKey(findKey, encrypted, allowPlaintext);
  yield check;
  if (inspection !== null) {
    yield* checkTokens(openers, inspection, platforms);
    yield* checkRefresh(openers.keyring, inspection, { platforms, renewsTokens }, clock.now());
  } else if (examined.exists) yield unchecked('tokens', 'the database could not be asked');
  return openers.keyring;
}

/** What starts runs, and when the last one did. */
async function examineRuns(examined: Examined, { store, inspection }: Opened): Promise<readonly Check[]> {
  const { schedules, platforms, clock } = examined;
  return attempt('schedule', async () => {
    const found = schedules === null ? null : await schedules(inspection?.jobs ?? null);
    if (examined.store?.exists === false) return [];
    if (inspection === null || store === null) return found === null ? [] : [checkSchedule(found, null, clock.now())];
    // Without an account, no run is overdue.
    if (!Object.keys(inspection.accounts).some((name) => platforms.has(name))) return [];
    const runs = await store.lastRuns();
    const now = clock.now();
    return [...(found === null ? [] : [checkSchedule(found, runs, now)]), checkLastRun(runs, now)];
  });
}

async function examineSharing({ sharing }: Examined, { store, inspection }: Opened): Promise<readonly Check[]> {
  return attempt('sharing', async () => {
    if (sharing === null || store === null || inspection === null) return [];
    return checkSharing(await sharing(), store);
  });
}

/** The platforms with connections; all of them if none has any or that is unknown. */
function platformsInUse({ platforms }: Examined, inspection: Inspection | null): Platform[] {
  const inUse = [...platforms.values()].filter(({ name }) => (inspection?.accounts[name] ?? 0) > 0);
  return inUse.length > 0 ? inUse : [...platforms.values()];
}

async function examineApis(examined: Examined, { inspection }: Opened): Promise<readonly Check[]> {
  return attempt('api', async () => {
    const { addressesOf, probe, clock } = examined;
    const { checks, skews } = await checkApis(platformsInUse(examined, inspection), addressesOf, probe, clock);
    return [...checks, checkClock(skews)];
  });
}

async function examineLive(
  examined: Examined,
  { inspection }: Opened,
  keyring: Keyring | null,
): Promise<readonly Check[]> {
  return attempt('live', async () => {
    if (inspection === null || keyring === null) return [unchecked('live', 'the tokens could not be read')];
    const checks = await checkLive(inspection.sample, platformsInUse(examined, inspection), keyring, examined.clock);
    return checks.length > 0 ? checks : [unchecked('live', 'no account is connected')];
  });
}

async function examineData({ platforms, clock }: Examined, { store, inspection }: Opened): Promise<readonly Check[]> {
  return attempt('data', async () => {
    if (store === null || inspection === null) return [unchecked('data', 'the database could not be asked')];
    return checkData({ store, platforms }, clock.now());
  });
}
