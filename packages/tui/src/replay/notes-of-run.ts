import { type Position, position } from '@custody/trace';
import { type Note, placesIn, type Run } from '@custody/workbench';
import type { Outside } from '../shell/outside.ts';
import type { NoteView } from '../view.ts';

/**
 * From so many events on, notes are read and kept by a process of their own: finding their places takes a pass through the
 * whole run, and no key should wait for that.
 */
const long = 50_000;

const viewOf = ({ id, author, body, replies, resolved }: Note, at: Position): NoteView => ({
  id,
  position: at,
  author,
  body,
  replies,
  resolved,
});

const runCommand = async (
  { command }: Outside,
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly NoteView[]> => {
  const { text, code } = await command([...words, '--json', '--quiet'], signal);
  if (code !== 0) throw new Error(text.trim().replace(/^custody: /, ''));
  const { notes } = JSON.parse(text) as { readonly notes: readonly (Note & { readonly orphan: boolean })[] };
  return notes.flatMap((note) => (note.orphan ? [] : [viewOf(note, position(note.anchor.position))]));
};

const viewsIn = (run: Run, notes: readonly Note[]): readonly NoteView[] => {
  const placeOf = placesIn(run);
  return notes.flatMap((note) => {
    const at = placeOf(note);
    return at === null ? [] : [viewOf(note, at)];
  });
};

/** All notes of a run that have a place in it. */
export const notesOfRun = async (outside: Outside, run: Run, signal: AbortSignal): Promise<readonly NoteView[]> => {
  if (!(await outside.desk.hasNotes(run))) return [];
  if (run.timeline.length > long) return runCommand(outside, ['note', 'list', run.header.run], signal);
  return viewsIn(run, (await outside.desk.notes(run)).notes);
};

/** Keeps a note, and answers with all notes of the run. */
export const keepNote = async (
  outside: Outside,
  run: Run,
  at: Position,
  body: string,
  signal: AbortSignal,
): Promise<readonly NoteView[]> => {
  const author = outside.author();
  if (run.timeline.length <= long) return viewsIn(run, (await outside.desk.addNote(run, at, { author, body })).notes);
  const { run: id } = run.header;
  return runCommand(outside, ['note', 'add', id, '--at', String(at), '--author', author, '--body', body], signal);
};
