import type { ImportedRun, TakenRun, Workbench } from '@custody/workbench';
import { besideOf, mappingFrom } from './beside.ts';
import { ownOption, readIncoming } from './files.ts';
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

/** Says how far it is, no more than once a second. */
export const saying = (print: Printer, title: string) => {
  let told = performance.now();
  return (events: number, doing?: 'checked' | 'written' | 'compared'): void => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    print.progress(`${title}: ${many(events, 'event')} ${doing === undefined ? 'so far' : `${doing} so far`}`);
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
    const { stats, profile } = await besideOf(incoming.recording.file);
    const mapping = await mappingFrom(options.mapping);
    const recording = { ...incoming.recording, mapping, beside: { stats, profile } };
    const imported = await desk.importRecording(recording, saying(print, recording.title));
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
