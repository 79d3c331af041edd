import type { TraceEvent } from '@custody/trace';
import { readEventLine } from './event-line.ts';
import { fingerprint } from './fingerprint.ts';
import { endMark, formatVersion, headMark } from './write-ftrace.ts';

/** Is this what `writeFtrace` wrote, in any version? */
export const looksLikeFtraceExport = (text: string): boolean => text.startsWith(headMark);

/** What became of the text since it was written. */
export type Wholeness = 'as written' | 'cut' | 'changed';

type ReadFtraceLine =
  | { readonly kind: 'event'; readonly event: TraceEvent }
  | { readonly kind: 'comment' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads what `writeFtrace` wrote, a line at a time. */
export interface FtraceReader {
  /** @param text - the next line, without its newline. */
  readonly read: (text: string) => ReadFtraceLine;
  /** To be asked after the last line. */
  readonly wholeness: () => Wholeness;
}

/**
 * What is said of the run in the first two lines: an `Exported`, if whoever wrote it was honest.
 *
 * @throws SyntaxError when it is of another version, or not JSON.
 */
export const readFtraceHead = (first: string, second: string): unknown => {
  const version = first.slice(headMark.length).trim();
  if (version !== String(formatVersion)) {
    throw new SyntaxError(
      `it is of format ${version}, and this version reads format ${formatVersion}; upgrade this one`,
    );
  }
  try {
    return JSON.parse(second.replace(/^# /, ''));
  } catch (cause) {
    throw new SyntaxError(`its second line is no JSON (${(cause as SyntaxError).message}); export the run again`, {
      cause,
    });
  }
};

export const ftraceReader = (): FtraceReader => {
  const seal = fingerprint();
  let line = 0;
  let events = 0;
  let end: string | undefined;
  let isAfterEnd = false;

  const read = (text: string): ReadFtraceLine => {
    line += 1;
    if (text.startsWith(endMark)) {
      isAfterEnd = end !== undefined;
      end = text;
      return { kind: 'comment' };
    }
    isAfterEnd ||= end !== undefined;
    seal.add(text);
    if (text.trim() === '' || text.startsWith('#')) return { kind: 'comment' };
    const told = readEventLine(text, line);
    if ('reason' in told) return { kind: 'unreadable', reason: told.reason };
    events += 1;
    return { kind: 'event', event: told.event };
  };

  const wholeness = (): Wholeness => {
    if (end === undefined) return 'cut';
    return !isAfterEnd && end === `${endMark}${events} events, fingerprint ${seal.digest()}` ? 'as written' : 'changed';
  };

  return { read, wholeness };
};
