import { clamp } from '@custody/replay';
import type { NotesOfRun } from '@custody/workbench';
import { authorOf } from '../author.ts';
import { findRun } from '../find-run.ts';
import type { ExitCode, Printer } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';

interface WriteOptions {
  readonly body: string;
  readonly author?: string;
}

const printNotes = (print: Printer, title: string, { notes, damaged }: NotesOfRun): ExitCode => {
  for (const problem of damaged) print.complain(problem);
  const text = notes.flatMap(({ id, author, at, anchor, body, replies, resolved, orphan }) => [
    `@${anchor.position}  ${author}, ${at}  [${id}]${resolved ? '  resolved' : ''}${orphan ? '  ORPHAN: its place is not in this run' : ''}`,
    ...body.split('\n').map((line) => `    ${line}`),
    ...replies.flatMap((reply) => [
      `    > ${reply.author}, ${reply.at}`,
      ...reply.body.split('\n').map((line) => `      ${line}`),
    ]),
  ]);
  return print.answer({
    json: { notes },
    text: text.length > 0 ? text : [`no notes on ${title} yet; try: custody note add ${title} --at 1 --body '…'`],
  });
};

export const registerNote: Register = (program) => {
  const note = program.command('note').description('write on a run, and read what others wrote');
  const place = ['<run>', 'an id, a title, the beginning of one, or a file'] as const;

  note
    .command('add')
    .argument(...place)
    .description('add a note at a position')
    .requiredOption('--at <position>', 'events applied: the note is about the last of them', wholeNumber)
    .requiredOption('--body <text>', 'what to say')
    .option('--author <name>', 'who says it (default: $CUSTODY_AUTHOR, git user.name, login)')
    .action(
      run(async ({ print, desk }, { at, body, author }: WriteOptions & { readonly at: number }, reference: string) =>
        desk(async (workbench) => {
          const found = await findRun(workbench, reference, print);
          const position = clamp(at, found.replayer.end);
          if (position !== at) print.complain(`position ${at} is past the end: the note is at ${position}`);
          const notes = await workbench.addNote(found, position, { author: authorOf(author), body });
          return printNotes(print, found.header.title, notes);
        }),
      ),
    );

  note
    .command('reply')
    .argument(...place)
    .argument('<note>', 'its id, as list prints it')
    .description('answer a note')
    .requiredOption('--body <text>', 'what to say')
    .option('--author <name>', 'who says it')
    .action(
      run(async ({ print, desk }, { body, author }: WriteOptions, reference: string, id: string) =>
        desk(async (workbench) => {
          const found = await findRun(workbench, reference, print);
          const notes = await workbench.replyToNote(found, id, { author: authorOf(author), body });
          return printNotes(print, found.header.title, notes);
        }),
      ),
    );

  note
    .command('resolve')
    .argument(...place)
    .argument('<note>', 'its id, as list prints it')
    .description('mark a note as settled')
    .option('--author <name>', 'who settles it')
    .action(
      run(async ({ print, desk }, { author }: { readonly author?: string }, reference: string, id: string) =>
        desk(async (workbench) => {
          const found = await findRun(workbench, reference, print);
          const notes = await workbench.resolveNote(found, id, authorOf(author));
          return printNotes(print, found.header.title, notes);
        }),
      ),
    );

  note
    .command('list')
    .argument(...place)
    .description('list the notes of a run')
    .action(
      run(async ({ print, desk }, _options: object, reference: string) =>
        desk(async (workbench) => {
          const found = await findRun(workbench, reference, print);
          return printNotes(print, found.header.title, await workbench.notes(found));
        }),
      ),
    );
};
