import { DamagedStreamError, RevisionConflictError } from './errors.ts';
import type { EventLog, LogEvent } from './event-log.ts';
import { followBy, pulse } from './follow.ts';
import { empty, revision, type StreamId } from './ids.ts';

const batchSize = 1000;

/**
 * A log that lives as long as the process. It keeps each event as its line of JSON, so that it forgets, and
 * protects, exactly what a log on disk would.
 */
export const memoryLog = <E extends LogEvent = LogEvent>(): EventLog<E> => {
  const streams = new Map<StreamId, string[]>();
  const appended = pulse();

  const linesOf = (stream: StreamId, doing: string): string[] => {
    if (appended.stopped) throw new Error(`Cannot ${doing} "${stream}" as the log is closed`);
    return streams.get(stream) ?? [];
  };

  const read: EventLog<E>['read'] = async function* (stream, { from = empty, to } = {}) {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, linesOf(stream, 'read').length);
    for (let at: number = from; at < end; at += batchSize) {
      const lines = linesOf(stream, 'read').slice(at, Math.min(end, at + batchSize));
      if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as E);
    }
  };

  return {
    append: async (stream, events, expected) => {
      const lines = linesOf(stream, 'append to');
      if (lines.length !== expected) throw new RevisionConflictError(stream, expected, revision(lines.length));
      const added = events.map((event) => JSON.stringify(event));
      for (const line of added) lines.push(line);
      if (added.length > 0) streams.set(stream, lines);
      appended.beat();
      return revision(lines.length);
    },
    remove: async (stream) => {
      linesOf(stream, 'remove');
      streams.delete(stream);
    },
    read,
    reader: async (stream) => {
      const end = linesOf(stream, 'read').length;
      return {
        revision: revision(end),
        read: (from, to) => {
          const lines = linesOf(stream, 'read').slice(from, Math.min(to, end));
          if (lines.length < Math.min(to, end) - from) {
            throw new DamagedStreamError(stream, revision(from), revision(to), 'they were removed');
          }
          return lines.map((line) => JSON.parse(line) as E);
        },
      };
    },
    follow: (stream, from, signal) => followBy(read, appended, { stream, from, signal }),
    head: async (stream) => revision(linesOf(stream, 'read the head of').length),
    streams: async () => [...streams.keys()],
    [Symbol.asyncDispose]: async () => appended.stop(),
  };
};
