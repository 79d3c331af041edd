import { clamp } from '@custody/replay';
import type { Position } from '@custody/trace';
import { type NotesOfRun, placeOf, type Run, type Workbench } from '@custody/workbench';

const viewsOf = (run: Run, { notes }: NotesOfRun) =>
  notes.flatMap((note) => {
    const position = placeOf(run, note);
    const { id, author, body, replies, resolved } = note;
    return position === null ? [] : [{ id, position, author, body, replies, resolved }];
  });

/** Both ends are a terminal. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/** Opens the replay screen; ink and React are loaded only here. */
export const openScreen = async (desk: Workbench, run: Run, at: number, author: string): Promise<void> => {
  const { openReplay } = await import('@custody/tui');
  const notes = viewsOf(run, await desk.notes(run));
  await openReplay(
    {
      title: run.header.title,
      header: run.header,
      timeline: run.timeline,
      replayer: run.replayer,
      start: clamp(at, run.replayer.end),
      notes,
      findings: run.findings.flatMap(({ position, text }) => (position === undefined ? [] : [{ position, text }])),
      addNote: async (position: Position, body: string) =>
        viewsOf(run, await desk.addNote(run, position, { author, body })),
    },
    { stdin: process.stdin, stdout: process.stdout },
  );
};
