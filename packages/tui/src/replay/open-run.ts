import { clamp } from '@custody/replay';
import type { Position } from '@custody/trace';
import { type NotesOfRun, placeOf, type Run } from '@custody/workbench';
import type { Outside } from '../shell/outside.ts';
import type { Standing } from '../shell/screen.ts';
import type { NoteView } from '../view.ts';
import { replayOf } from './replay-screen.ts';

const viewsOf = (run: Run, { notes }: NotesOfRun): readonly NoteView[] =>
  notes.flatMap((note) => {
    const position = placeOf(run, note);
    const { id, author, body, replies, resolved } = note;
    return position === null ? [] : [{ id, position, author, body, replies, resolved }];
  });

/** The replay of a run that is open already. */
export const replayOfRun = async ({ desk, author }: Outside, run: Run, at: number): Promise<Standing> =>
  replayOf({
    title: run.header.title,
    header: run.header,
    timeline: run.timeline,
    replayer: run.replayer,
    start: clamp(at, run.replayer.end),
    notes: viewsOf(run, await desk.notes(run)),
    findings: run.findings.flatMap(({ position, text }) => (position === undefined ? [] : [{ position, text }])),
    addNote: async (position: Position, body: string) =>
      viewsOf(run, await desk.addNote(run, position, { author: author(), body })),
  });

/** The replay of the run that `reference` names: an id, a title, or the beginning of one. */
export const replayOfReference = async (outside: Outside, reference: string, at: number): Promise<Standing> =>
  replayOfRun(outside, await outside.desk.open(reference), at);
