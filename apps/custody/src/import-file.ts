import type { ImportedRun, TakenRun, Workbench } from '@custody/workbench';
import { besideOf, mappingFrom } from './beside.ts';
import { type Extent, ownOption, readIncoming } from './files.ts';
import { many, type Printer } from './print.ts';

/** How a run came in. */
export type ImportedFile =
  | (ImportedRun & { readonly from: 'trace' })
  | (TakenRun & { readonly from: 'bundle' | 'ndjson' });

interface ImportOptions {
  readonly topology?: string | undefined;
  readonly title?: string | undefined;
  /** A file that says what the user's own probes mean. */
  readonly mapping?: string | undefined;
}

const megabyte = 1e6;

/** `12 of 172 MB, 25 MB/s, 6 s left`. */
export const extentText = ({ size, read }: Pick<Extent, 'size' | 'read'>, seconds: number): string => {
  const rate = read / seconds;
  const left = Math.ceil((size - read) / rate);
  const told = (bytes: number): string => (bytes / megabyte).toFixed(bytes < 10 * megabyte ? 1 : 0);
  return `${told(read)} of ${told(size)} MB, ${told(rate)} MB/s, ${left} s left`;
};

/** Says how far it is, no more than once a second; of a recording, how much of its file is read too. */
export const saying = (print: Printer, title: string, extent?: Extent) => {
  let told = performance.now();
  return (events: number, doing?: 'checked' | 'written' | 'compared'): void => {
    const now = performance.now();
    if (now - told < 1000) return;
    told = now;
    const done = doing === undefined ? 'so far' : `${doing} so far`;
    const what = events === 0 && extent !== undefined ? 'read for its id' : `${many(events, 'event')} ${done}`;
    const howFar =
      extent === undefined || extent.read === 0 ? '' : `; ${extentText(extent, (now - extent.since) / 1000)}`;
    print.progress(`${title}: ${what}${howFar}`);
  };
};

/**
 * Imports what a file holds: a trace, or a run that somebody sent.
 *
 * @throws RequestError, and what reading it throws: see `readIncoming`, `importRecording`, `takeIn`.
 */
export const importFile = async (
  desk: Workbench,
  print: Printer,
  path: string,
  options: ImportOptions = {},
): Promise<ImportedFile> => {
  const incoming = await readIncoming(path, options);
  if (incoming.from === 'trace') {
    const { recording: found, extent } = incoming;
    const { stats, profile } = await besideOf(found.file);
    const recording = { ...found, mapping: await mappingFrom(options.mapping), beside: { stats, profile } };
    const imported = await desk.importRecording(recording, saying(print, recording.title, extent));
    return { ...imported, from: 'trace' };
  }
  for (const option of ['topology', 'mapping'] as const) {
    if (options[option] !== undefined) throw ownOption(option, path);
  }
  const say = saying(print, path);
  const taken = await desk.takeIn(incoming.parcel, {
    title: options.title,
    progress: (doing, events) => say(events, doing),
  });
  return { ...taken, from: incoming.from };
};
