import { type Position, position } from '@custody/trace';
import { type NotesOfRun, RequestError, type Run, type Workbench } from '@custody/workbench';
import { authorOf } from '../author.ts';
import { findRun } from '../find-run.ts';
import type { ExitCode, Printer } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';

interface WriteOptions {
  readonly body: string;
  readonly author?: string;
}

/** All notes; after a change, as text only the one that was changed. */
const printNotes = (print: Printer, title: string, { notes, damaged, changed }: NotesOfRun): ExitCode => {
  for (const problem of damaged) print.complain(problem);
  const shown = changed === undefined ? notes : notes.filter(({ id }) => id === changed);
  const text = shown.flatMap(({ id, author, at, anchor, body, replies, resolved, orphan }) => [
    `@${anchor.position}  ${author}, ${at}  [${id}]${resolved ? '  resolved' : ''}${orphan ? '  ORPHAN: its place is not in this run' : ''}`,
    ...body.split('\n').map((line) => `    ${line}`),
    ...replies.flatMap((reply) => [
      `    > ${reply.author}, ${reply.at}`,
      ...reply.body.split('\n').map((line) => `      ${line}`),
    ]),
  ]);
  return print.answer({
    json: { notes, ...(changed !== undefined && { changed }) },
    text: text.length > 0 ? text : [`no notes on ${title} yet; try: custody note add ${title} --at 1 --body '…'`],
  });
};

/** A verb on a run's notes; what it answers is the notes afterwards. */
const onRun = <Options, Words extends string[]>(
  verb: (workbench: Workbench, found: Run, options: Options, ...words: Words) => Promise<NotesOfRun>,
) =>
  run(async ({ print, desk }, options: Options, reference: string, ...words: Words) =>
    desk(async (workbench) => {
      const found = await findRun(workbench, reference, print);
      return printNotes(print, found.header.title, await verb(workbench, found, options, ...words));
    }),
  );

const within = (at: number, { header, replayer: { end } }: Run): Position => {
  if (at <= end) return position(at);
  throw new RequestError(`Cannot put a note at ${at} as ${header.title} ends at ${end}; give --at 0 to ${end}`);
};

const authorOption = ['--author <name>', 'who says it (default: $CUSTODY_AUTHOR, git user.name, login)'] as const;
const bodyOption = ['--body <text>', 'what to say'] as const;
const runWord = ['<run>', 'an id, a title, the beginning of one, or a file'] as const;
const noteWord = ['<note>', 'its id, as list prints it'] as const;

export const registerNote: Register = (program) => {
  const note = program.command('note').description('write on a run, and read what others wrote');

  note
    .command('add')
    .argument(...runWord)
    .description('add a note at a position')
    .requiredOption('--at <position>', 'events applied: the note is about the last of them', wholeNumber)
    .requiredOption(...bodyOption)
    .option(...authorOption)
    .action(
      onRun((workbench, found, { at, body, author }: WriteOptions & { readonly at: number }) =>
        workbench.addNote(found, within(at, found), { author: authorOf(author), body }),
      ),
    );

  note
    .command('reply')
    .argument(...runWord)
    .argument(...noteWord)
    .description('answer a note')
    .requiredOption(...bodyOption)
    .option(...authorOption)
    .action(
      onRun((workbench, found, { body, author }: WriteOptions, id: string) =>
        workbench.replyToNote(found, id, { author: authorOf(author), body }),
      ),
    );

  note
    .command('resolve')
    .argument(...runWord)
    .argument(...noteWord)
    .description('mark a note as settled')
    .option(...authorOption)
    .action(
      onRun((workbench, found, { author }: { readonly author?: string }, id: string) =>
        workbench.resolveNote(found, id, authorOf(author)),
      ),
    );

  note
    .command('list')
    .argument(...runWord)
    .description('list the notes of a run')
    .action(onRun((workbench, found) => workbench.notes(found)));
};
