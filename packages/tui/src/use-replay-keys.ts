import { clamp } from '@custody/replay';
import { useApp, useInput } from 'ink';
import { useCallback, useMemo, useRef, useState } from 'react';
import { keysOf } from './keys.ts';
import { inOrder, linesOf, type Overview } from './overview.ts';
import { press } from './press.ts';
import type { Surroundings } from './surroundings.ts';
import { type Effect, openedAt, type Ui } from './ui.ts';
import type { NoteView, ReplayView } from './view.ts';

const surroundingsOf = (
  view: ReplayView,
  overview: Overview,
  notes: readonly NoteView[],
  page: number,
): Surroundings => ({
  timeline: view.timeline,
  end: view.replayer.end,
  lines: (verbatim) => linesOf(overview, verbatim),
  page,
  findings: overview.findingPositions,
  notes: inOrder(notes.map((note) => note.position)),
  canNote: view.addNote !== undefined,
});

/**
 * Owns the keys, and with them the whole state of the screen. Keys are applied to the newest state, not to the one
 * last drawn, so that none is lost when many come at once.
 *
 * @param page - how many lines a page is at the moment.
 */
export const useReplayKeys = (view: ReplayView, overview: Overview, page: number) => {
  const { exit } = useApp();
  const [ui, setUi] = useState(() => openedAt(clamp(view.start, view.replayer.end)));
  const [notes, setNotes] = useState(view.notes);
  const newest = useRef(ui);
  const around = useMemo(() => surroundingsOf(view, overview, notes, page), [view, overview, notes, page]);

  const show = useCallback((next: Ui) => {
    newest.current = next;
    setUi(next);
  }, []);

  const perform = useCallback(
    async (effect: Effect): Promise<void> => {
      if (effect.type === 'quit') return exit();
      try {
        setNotes((await view.addNote?.(effect.position, effect.body)) ?? []);
        show({ ...newest.current, message: `The note is at position ${effect.position}` });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        show({ ...newest.current, message: `Cannot keep the note: ${why}` });
      }
    },
    [view, exit, show],
  );

  useInput((input, key) => {
    let next = newest.current;
    for (const name of keysOf(input, key)) {
      const { ui: pressed, effect } = press(next, name, around);
      next = pressed;
      if (effect !== undefined) void perform(effect);
    }
    show(next);
  });

  return { ui, notes };
};
