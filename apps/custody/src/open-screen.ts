import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Outside, Standing } from '@custody/tui';
import { RequestError } from '@custody/workbench';

/** Both ends are a terminal. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/** The replay of a run of the store. */
export const replayOf = async (outside: Outside, reference: string, at: number): Promise<Standing> =>
  (await import('@custody/tui')).replayOfReference(outside, reference, at);

/** All runs in the store, to choose from. */
export const runsScreen = async (): Promise<Standing> => (await import('@custody/tui')).runsOf();

/** `custody/keys.json` under `$XDG_CONFIG_HOME` (~/.config). */
const keyFile = (): string =>
  join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'custody', 'keys.json');

/** The keys that the person wants instead of ours. @throws RequestError when the file cannot be used. */
const ownKeys = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const path = keyFile();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new RequestError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  const { KeyFileError, readKeys } = await import('@custody/tui');
  try {
    return readKeys(path, text);
  } catch (error) {
    throw error instanceof KeyFileError ? new RequestError(error.message, { cause: error }) : error;
  }
};

/** What a shell says of a process that was ended by a signal. */
const endedBy = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Calls `giveBack` should the process end early, by an error or a signal; ink gives back the rest then.
 *
 * @returns what says that it ended as it should.
 */
const atAnyEnd = (giveBack: () => void): (() => void) => {
  const exits = Object.entries(endedBy).map(([signal, code]) => [signal, () => process.exit(code)] as const);
  process.once('exit', giveBack);
  for (const [signal, exit] of exits) process.once(signal, exit);
  return () => {
    process.off('exit', giveBack);
    for (const [signal, exit] of exits) process.off(signal, exit);
  };
};

/** What the locale says of the terminal's characters; where it says nothing, it has them all. */
const hasUnicode = (): boolean => {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
};

export interface ScreenOptions {
  /** Says everything in lines, for a screen reader; `INK_SCREEN_READER=true` asks for it as well. */
  readonly accessible?: boolean;
  /** What is being recorded shows as it comes, from the start. */
  readonly follow?: boolean;
  /** The file of a cast of what is seen. */
  readonly record?: string;
}

/** Writes down what the terminal is told, and when. */
const recorder = async (path: string, title: string) => {
  const { castOf } = await import('@custody/tui');
  const size = { columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 };
  const cast = castOf(size, title);
  const begin = performance.now();
  writeFileSync(path, cast.header);
  return (text: string): void => appendFileSync(path, cast.output((performance.now() - begin) / 1000, text));
};

/** So many keys of a walk that nobody leads; at four a second, a minute. */
const walkKeys = 240;

/** Writes a cast of a walk through a run, an event at a time, where there is no terminal. */
export const recordRun = async (outside: Outside, reference: string, at: number, path: string): Promise<void> => {
  const { recordWalk, replayOfReference } = await import('@custody/tui');
  const first = await replayOfReference(outside, reference, at);
  const options = { columns: 80, rows: 24, title: first.title().left, pause: 0.25 };
  writeFileSync(path, recordWalk(first, 'j'.repeat(walkKeys), options));
};

/** Opens the screens on the terminal; ink and React are loaded only here. */
export const openScreen = async (
  first: (outside: Outside) => Promise<Standing>,
  outside: Outside,
  { accessible = false, follow = false, record }: ScreenOptions = {},
): Promise<void> => {
  const keys = await ownKeys();
  const { modes, openScreens } = await import('@custody/tui');
  const isAccessible = accessible || process.env['INK_SCREEN_READER'] === 'true';
  const terminal = { stdin: process.stdin, stdout: process.stdout };
  const screen = await first(outside);
  const hear = record === undefined ? {} : { hear: await recorder(record, screen.title().left) };
  const release = atAnyEnd(() => isAccessible || writeSync(process.stdout.fd, modes.off));
  const begin = follow ? ['replay.follow'] : [];
  await openScreens(screen, outside, terminal, { keys, begin, isAccessible, isAscii: !hasUnicode(), ...hear });
  release();
};
