import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Position, position } from '@custody/trace';
import { type Moment, type NotesOfRun, RequestError, type Run, type Subject, type Workbench } from '@custody/workbench';
import { type Command, InvalidArgumentError } from 'commander';
import { authorOf } from '../author.ts';
import { findRun } from '../find-run.ts';
import { carryLines, deedsText, historyLine, notesLines } from '../note-text.ts';
import { count, type ExitCode, exit, type Printer } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { registerExchange } from './note-exchange.ts';

interface Signed {
  readonly author?: string;
}

interface WriteOptions extends Signed {
  readonly body?: string;
  readonly bodyFile?: string;
}

interface PlaceOptions {
  readonly at: number;
  readonly to?: number;
  readonly pair?: boolean;
  readonly object?: string;
}

/** All notes and marks; after a change, as text only what was changed. */
const printNotes = (print: Printer, title: string, found: NotesOfRun): ExitCode => {
  for (const problem of found.damaged) print.complain(problem);
  const { notes, marks, changed, undone } = found;
  const text = undone === undefined ? notesLines(found) : [`took back: ${deedsText(undone)}`];
  const isGone = changed !== undefined || notes.length + marks.length > 0;
  const none = isGone ? 'done' : `no notes on ${title} yet; try: custody note add ${title} --at 1 --body '…'`;
  return print.answer({
    json: { notes, marks, ...(changed !== undefined && { changed }), ...(undone !== undefined && { undone }) },
    text: text.length > 0 ? text : [none],
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
  throw new RequestError(`Cannot put a note at ${at} as ${header.title} ends at ${end}; give 0 to ${end}`);
};

const subjectOf = ({ at, to, pair = false, object }: PlaceOptions, found: Run): Subject => {
  const from = within(at, found);
  if (to === undefined) {
    const needy = pair ? '--pair' : object === undefined ? undefined : '--object';
    if (needy === undefined) return { kind: 'event', at: from };
    throw new RequestError(`Cannot use ${needy} with one place; give the other with --to`);
  }
  const ends = { from, to: within(to, found) };
  if (object === undefined) return { kind: pair ? 'pair' : 'stretch', ...ends };
  if (pair) throw new RequestError('Cannot put a note on a pair and an object at once; leave --pair or --object out');
  return { kind: 'object', object, ...ends };
};

/** What is said: an option, a file, or stdin where either is `-`. */
const bodyOf = async ({ body, bodyFile }: WriteOptions): Promise<string> => {
  if ((body === undefined) === (bodyFile === undefined)) {
    throw new RequestError('Cannot tell what to say; give --body TEXT, or --body-file FILE (- is stdin)');
  }
  if (body !== undefined && body !== '-') return body;
  if (body === '-' || bodyFile === '-') return textOf(process.stdin);
  try {
    return await readFile(bodyFile as string, 'utf8');
  } catch (cause) {
    throw new RequestError(`Cannot read "${bodyFile}": ${(cause as Error).message}`, { cause });
  }
};

/** A revision, or an ISO 8601 time; one without a zone is local. */
const moment = (text: string): Moment => {
  if (/^\d{1,9}$/.test(text)) return { revision: Number(text) };
  const time = new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time.getTime())) return { time: time.toISOString() };
  throw new InvalidArgumentError('It must be a revision, as note log prints it, or a time, say 2026-11-22T10:00Z.');
};

const authorOption = ['--author <name>', 'who says it (default: $CUSTODY_AUTHOR, git user.name, login)'] as const;
const runWord = ['<run>', 'an id, a title, the beginning of one, or a file'] as const;
const noteWord = ['<note>', 'its id, as list prints it, or the beginning of it'] as const;
const bodied = (command: Command): Command =>
  command
    .option('--body <text>', 'what to say; - is stdin')
    .option('--body-file <file>', 'what to say, in a file; - is stdin');

const registerWriting = (note: Command): void => {
  bodied(note.command('add').argument(...runWord))
    .description('write on an event; with --to on a stretch, a pair, or an object over a stretch')
    .requiredOption('--at <position>', 'events applied: the note is about the last of them', wholeNumber)
    .option('--to <position>', 'the other end', wholeNumber)
    .option('--pair', 'only the events at both ends: say a release, and the acquire it let through')
    .option('--object <object>', 'what happens to it in between: group:6, device:0000:03:02.0, a lock')
    .option(...authorOption)
    .action(
      onRun(async (workbench, found, options: WriteOptions & PlaceOptions) =>
        workbench.addNote(found, subjectOf(options, found), {
          author: authorOf(options.author),
          body: await bodyOf(options),
        }),
      ),
    );

  bodied(
    note
      .command('reply')
      .argument(...runWord)
      .argument(...noteWord),
  )
    .description('answer a note')
    .option(...authorOption)
    .action(
      onRun(async (workbench, found, options: WriteOptions, id: string) =>
        workbench.replyToNote(found, id, { author: authorOf(options.author), body: await bodyOf(options) }),
      ),
    );

  bodied(
    note
      .command('edit')
      .argument(...runWord)
      .argument('<note>', 'a note or reply of your own'),
  )
    .description('write a note or reply of your own anew')
    .option(...authorOption)
    .action(
      onRun(async (workbench, found, options: WriteOptions, id: string) =>
        workbench.editNote(found, id, { author: authorOf(options.author), body: await bodyOf(options) }),
      ),
    );

  note
    .command('delete')
    .argument(...runWord)
    .argument('<note>', 'a note, reply or mark of your own')
    .description(
      'take back what is your own; a note that was answered stays as the head of its thread, without its text',
    )
    .option(...authorOption)
    .action(
      onRun((workbench, found, { author }: Signed, id: string) => workbench.deleteNote(found, id, authorOf(author))),
    );

  note
    .command('undo')
    .argument(...runWord)
    .description('take back the last that you did to the notes; again for the one before')
    .option(...authorOption)
    .action(onRun((workbench, found, { author }: Signed) => workbench.undoNotes(found, authorOf(author))));
};

const registerWords = (note: Command): void => {
  for (const [word, resolved, description] of [
    ['resolve', true, 'mark a note as settled'],
    ['reopen', false, 'take up again what was settled'],
  ] as const) {
    note
      .command(word)
      .argument(...runWord)
      .argument(...noteWord)
      .description(description)
      .option(...authorOption)
      .action(
        onRun((workbench, found, { author }: Signed, id: string) =>
          workbench.resolveNote(found, id, authorOf(author), resolved),
        ),
      );
  }

  note
    .command('label')
    .argument(...runWord)
    .argument(...noteWord)
    .argument('<label>', 'case:2.a, verdict:bug, question, or any word')
    .description('put a label on a note')
    .option('--off', 'take it off again')
    .option(...authorOption)
    .action(
      onRun(
        (workbench, found, { author, off = false }: Signed & { readonly off?: boolean }, id: string, label: string) =>
          workbench.labelNote(found, id, { author: authorOf(author), label, off }),
      ),
    );

  note
    .command('mark')
    .argument(...runWord)
    .argument('<name>', 'yours: the same name again moves it')
    .description('give a place a name')
    .requiredOption('--at <position>', 'events applied', wholeNumber)
    .option(...authorOption)
    .action(
      onRun((workbench, found, { author, at }: Signed & { readonly at: number }, name: string) =>
        workbench.markPlace(found, name, within(at, found), authorOf(author)),
      ),
    );
};

const registerReading = (note: Command): void => {
  note
    .command('list')
    .argument(...runWord)
    .description('list the notes and marks of a run, or how they stood')
    .option('--at <moment>', 'a revision, as log prints it, or a time: the discussion as it stood', moment)
    .action(onRun((workbench, found, { at }: { readonly at?: Moment }) => workbench.notes(found, at)));

  note
    .command('log')
    .argument(...runWord)
    .description('tell who did what to the notes of a run, oldest first')
    .action(
      run(async ({ print, desk }, _options: object, reference: string) =>
        desk(async (workbench) => {
          const found = await findRun(workbench, reference, print);
          const history = await workbench.noteHistory(found);
          const none = [`nobody has written on ${found.header.title} yet`];
          return print.answer({ json: { history }, text: history.length > 0 ? history.map(historyLine) : none });
        }),
      ),
    );
};

const registerCarry = (note: Command): void => {
  note
    .command('carry')
    .argument('<from>', 'the run that they are on')
    .argument('<to>', 'another recording of the same, or the other side of a diff')
    .description(
      'bring notes and marks to the same places of another run, say how surely, and list those that have none',
    )
    .option('--dry-run', 'only say where each would come to')
    .option(...authorOption)
    .action(
      run(async ({ print, desk }, options: Signed & { readonly dryRun?: boolean }, fromName: string, toName: string) =>
        desk(async (workbench) => {
          const from = await findRun(workbench, fromName, print);
          const to = await findRun(workbench, toName, print);
          const { dryRun: isTrial = false, author } = options;
          const carried = await workbench.carryNotes(from, to, { author: authorOf(author), isTrial });
          for (const problem of carried.damaged) print.complain(problem);
          const { notes, marks, added } = carried;
          const said = isTrial
            ? 'nothing written, as asked'
            : `${count(added)} notes and replies are new on ${to.header.title}`;
          return print.answer({
            json: { from: from.header.run, to: to.header.run, written: !isTrial, added, notes, marks },
            text: [...carryLines(notes, marks), said],
            code: [...notes, ...marks].some(({ by }) => by === null) ? exit.no : exit.yes,
          });
        }),
      ),
    );
};

export const registerNote: Register = (program) => {
  const note = program.command('note').description('write on a run, and read what others wrote');
  registerWriting(note);
  registerWords(note);
  registerReading(note);
  registerCarry(note);
  registerExchange(note);
};
