import type { EventLog, LogEvent, StopSignal } from './event-log.ts';
import { type Revision, revision, type StreamId } from './ids.ts';

/** Wakes followers: an adapter beats it after every append it learns of, and stops it when it closes. */
export interface Pulse {
  /** How often it has beaten so far. */
  readonly beats: number;
  readonly stopped: boolean;
  beat(): void;
  stop(): void;
  /** Resolves once it has beaten more than `seen` times, has stopped, or `signal` has aborted. */
  past(seen: number, signal: StopSignal): Promise<void>;
}

/** A pulse that has not beaten yet. */
export const pulse = (): Pulse => {
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  let beats = 0;
  let stopped = false;

  const wakeUp = (signal: StopSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake);
    });

  return {
    get beats() {
      return beats;
    },
    get stopped() {
      return stopped;
    },
    beat: () => {
      beats += 1;
      wakeAll();
    },
    stop: () => {
      stopped = true;
      wakeAll();
    },
    past: async (seen, signal) => {
      if (beats === seen && !stopped && !signal.aborted) await wakeUp(signal);
    },
  };
};

/**
 * `EventLog.follow`, made of an adapter's own `read` and its pulse. The beats are counted before reading, so an
 * append made during the read cannot be slept through.
 */
export async function* followBy<E extends LogEvent>(
  read: EventLog<E>['read'],
  appended: Pulse,
  { stream, from, signal }: { readonly stream: StreamId; readonly from: Revision; readonly signal: StopSignal },
): AsyncGenerator<E, void, undefined> {
  const hasEnded = () => signal.aborted || appended.stopped;
  let next = from;
  while (!hasEnded()) {
    const seen = appended.beats;
    for await (const events of read(stream, { from: next })) {
      for (const event of events) {
        if (hasEnded()) return;
        next = revision(next + 1);
        yield event;
        if (hasEnded()) return;
      }
    }
    await appended.past(seen, signal);
  }
}
