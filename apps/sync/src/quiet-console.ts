import { ClosedError } from './closed-error.ts';
import type { LogLine } from './notes-service.ts';

/**
 * Hocuspocus speaks to the console. From here on what it says is a line of the server's log; what the server has said of
 * its own accord is left out. For a process that does nothing but serve.
 */
export const quietConsole = (say: (line: LogLine) => void): void => {
  const speak = (...words: readonly unknown[]): void => {
    if (words.some((word) => word instanceof ClosedError)) return;
    const reason = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
    say({ at: new Date().toISOString(), what: 'trouble', reason: reason.slice(0, 500) });
  };
  Object.assign(globalThis.console, { log: speak, info: speak, warn: speak, error: speak });
};
