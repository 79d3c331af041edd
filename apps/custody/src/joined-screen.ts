import { clamp } from '@custody/replay';
import type { Happening, Presence } from '@custody/sync/client';
import type { Joined } from '@custody/tui';
import type { Run } from '@custody/workbench';

/** What a screen hears of a run that was joined. */
export interface Together {
  /** To be told all that happens. */
  readonly happened: (happening: Happening) => void;
  /** @param show - shows the others where one is. */
  readonly joined: (show: (at: number) => void) => Joined;
}

/** What is wrong with the line, by what happened last to it. */
const troubleAfter = (happening: Happening, before: string | null): string | null => {
  switch (happening.what) {
    case 'disconnected':
      return 'not connected, notes are kept here until the line is back';
    case 'held up':
      return `held up: ${happening.reason}`;
    case 'kept back':
      return `kept back here: ${happening.reason}`;
    case 'connected':
      return null;
    default:
      return before;
  }
};

/** For each thing that happens, what a screen has to look at again. */
const changedBy = ({ what }: Happening): 'peers' | 'notes' => (what === 'changed' ? 'notes' : 'peers');

/** What happens on a joined run, for a screen. */
export const togetherOn = ({ replayer }: Run): Together => {
  const listeners = new Set<(what: 'peers' | 'notes') => void>();
  let people: readonly Presence[] = [];
  let trouble: string | null = null;
  return {
    happened: (happening) => {
      if (happening.what === 'present') people = happening.people;
      trouble = troubleAfter(happening, trouble);
      for (const heard of listeners) heard(changedBy(happening));
    },
    joined: (show) => ({
      peers: () => people.map(({ name, at }) => ({ name, position: at === null ? null : clamp(at, replayer.end) })),
      trouble: () => trouble,
      watch: (heard, signal) =>
        new Promise((resolve) => {
          listeners.add(heard);
          signal.addEventListener('abort', () => {
            listeners.delete(heard);
            resolve();
          });
        }),
      show,
    }),
  };
};
