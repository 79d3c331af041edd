import { createHash, randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type EventLog, memoryLog } from '@custody/log';
import { openSqliteLog } from '@custody/log-sqlite';
import { RequestError, type RunningDigest, type Workbench, workbench } from '@custody/workbench';

/** `$CUSTODY_STORE`, or `custody/custody.db` under `$XDG_DATA_HOME` (~/.local/share). */
export const defaultStore = (env: NodeJS.ProcessEnv): string =>
  env['CUSTODY_STORE'] ?? join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'custody', 'custody.db');

/** True for the address of a server, else it is a file. */
export const isUrl = (store: string): boolean => /^[a-z+]+:\/\//.test(store);

/** The store as it may be shown to anybody: the address of a server without its user and password. */
export const shownStore = (store: string): string => (isUrl(store) ? store.replace(/\/\/.*@/, '//') : store);

const kurrentSchemes = ['kurrentdb', 'kurrent', 'kdb', 'esdb'];

/**
 * A file, or a KurrentDB server. Its credentials may be in the file that `$CUSTODY_KURRENTDB_CREDENTIALS` names, its CA's
 * certificates in that of `$CUSTODY_KURRENTDB_CA`: a command line is seen by everybody on the machine.
 */
const openLog = async (store: string): Promise<EventLog> => {
  if (!isUrl(store)) return openSqliteLog(store);
  const scheme = store.slice(0, store.indexOf(':'));
  if (kurrentSchemes.includes(scheme.replace(/\+discover$/, ''))) {
    // Loaded here, as the client takes a third of a second that nobody else should wait for.
    const { openKurrentLog } = await import('@custody/log-kurrentdb');
    return openKurrentLog(store, {
      credentialsFile: process.env['CUSTODY_KURRENTDB_CREDENTIALS'],
      caFile: process.env['CUSTODY_KURRENTDB_CA'],
    });
  }
  throw new RequestError(
    `Cannot open a store at ${scheme}:// as only files and kurrentdb:// servers are known; give --store FILE`,
  );
};

/** For looking only: a store that is not there is an empty one, and stays not there. */
export const openToLook = async (store: string): Promise<EventLog> =>
  isUrl(store) || existsSync(store) ? openLog(store) : memoryLog();

export const runningDigest = (): RunningDigest => {
  const hash = createHash('sha256');
  return { add: (text) => void hash.update(text), end: () => hash.digest('hex') };
};

/** Do both name the same store? */
export const isSameStore = (one: string, other: string): boolean => {
  const placeOf = (store: string) => (isUrl(store) ? store : existsSync(store) ? realpathSync(store) : resolve(store));
  return placeOf(one) === placeOf(other);
};

/** Opens the store, lends the workbench on it, and leaves one closed file behind. */
export const withWorkbench = async <Result>(
  store: string,
  use: (desk: Workbench, log: EventLog) => Promise<Result>,
  openAs: (store: string) => Promise<EventLog> = openLog,
): Promise<Result> => {
  await using log = await openAs(store);
  return await use(
    workbench({
      log,
      now: () => new Date().toISOString(),
      digest: (text) => createHash('sha256').update(text).digest('hex'),
      running: runningDigest,
      newId: () => randomUUID().replaceAll('-', '').slice(0, 12),
    }),
    log,
  );
};
