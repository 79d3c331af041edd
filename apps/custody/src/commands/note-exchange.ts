import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { isMbox, ownWords, readMbox, writeMbox } from '@custody/mbox';
import type { RunHeader } from '@custody/trace';
import { RequestError, type TakenMails, UnknownRunError, type Workbench } from '@custody/workbench';
import type { Command } from 'commander';
import { authorOf } from '../author.ts';
import type { Context } from '../context.ts';
import { findRun } from '../find-run.ts';
import { importFile } from '../import-file.ts';
import { markdownOf } from '../note-markdown.ts';
import { count, type ExitCode, exit, many, type Printer } from '../print.ts';
import { run } from '../register.ts';
import { isSameStore, openToLook, shownStore, withWorkbench } from '../store.ts';
import { notesText, takenJson, takenLines } from '../taken-text.ts';
import { toFile, toStdout } from '../write-out.ts';
import { exportRun } from './export.ts';

interface ExportOptions {
  readonly as: string;
  readonly output?: string;
}

const textFormats = ['md', 'mbox'] as const;
type TextFormat = (typeof textFormats)[number];
const isTextFormat = (format: string): format is TextFormat => textFormats.some((known) => known === format);

async function* piecesOf(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}

const exportText = (context: Context, as: TextFormat, { output }: ExportOptions, reference: string) =>
  context.desk(async (workbench): Promise<ExitCode> => {
    const { print } = context;
    const found = await findRun(workbench, reference, print);
    const notes = await workbench.notes(found);
    for (const problem of notes.damaged) print.complain(problem);
    const text = as === 'md' ? markdownOf(found, notes) : writeMbox(await workbench.noteMails(found));
    if (output === undefined) {
      if (print.options.json)
        throw new RequestError('Cannot print both notes and JSON about them to stdout; give -o FILE');
      await toStdout(piecesOf(text));
      return exit.yes;
    }
    await toFile(output, piecesOf(text));
    return print.answer({
      json: { format: as, run: found.header.run, notes: notes.notes.length, file: output },
      text: [`${many(notes.notes.length, 'note')} on ${found.header.title} in ${output}`],
    });
  });

const takenMailLines = ({ replies, known, left }: TakenMails): string[] => [
  ...replies.map(({ note, id, author }) => `reply to [${note}] by ${author} (unverified)  [${id}]`),
  `${many(replies.length, 'mail')} became replies, ${count(known)} known before, ${count(left.length)} left`,
  ...left.map(({ id, author, why }) => `  left: <${id}> of ${author}: ${why}`),
];

const importMails = async (
  workbench: Workbench,
  print: Printer,
  bytes: Uint8Array,
  author: string,
): Promise<ExitCode> => {
  const { mails, nameless, broken } = await readMbox(bytes);
  if (nameless > 0) print.complain(`${many(nameless, 'mail')} left out: no Message-ID`);
  if (broken > 0) print.complain(`${many(broken, 'mail')} left out: not MIME`);
  const own = mails.map((mail) => ({ ...mail, text: ownWords(mail.text) }));
  const taken = await workbench.takeMails(own, author);
  return print.answer({ json: taken, text: takenMailLines(taken) });
};

const asMissing =
  ({ title, run: id }: RunHeader, store: string) =>
  (cause: unknown): never => {
    if (!(cause instanceof UnknownRunError)) throw cause;
    throw new RequestError(`Cannot merge the notes on ${title} (${id}) as that run is not in ${shownStore(store)}`, {
      cause,
    });
  };

const readBytes = async (file: string): Promise<Uint8Array> => {
  if (file === '-') return buffer(process.stdin);
  return readFile(file).catch((cause: Error) => {
    throw new RequestError(`Cannot import "${file}": ${cause.message}`, { cause });
  });
};

/** A run that somebody sent: its notes are merged with those here. */
const importRun = async (workbench: Workbench, print: Printer, file: string): Promise<ExitCode> => {
  const taken = await importFile(workbench, print, file);
  if (taken.from === 'trace') {
    print.complain(`${file} is a recording and has no notes; it was imported as ${taken.title}`);
    return exit.no;
  }
  return print.answer({ json: takenJson(taken), text: takenLines(taken) });
};

interface Signed {
  readonly author?: string;
}

export const registerExchange = (note: Command): void => {
  note
    .command('export')
    .argument('<run>', 'an id, a title, the beginning of one, or a file')
    .description('hand notes on: as a page (md), as threads of mails to reply to (mbox), or with the run (bundle)')
    .requiredOption('--as <format>', 'md, mbox or bundle')
    .option('-o, --output <file>', 'where to write (default: stdout)')
    .action(
      run(async (context, options: ExportOptions, reference: string) => {
        const { as } = options;
        if (isTextFormat(as)) return exportText(context, as, options, reference);
        if (as === 'bundle') return exportRun(context, as, options, reference);
        throw new RequestError(`Cannot export notes as "${as}" as there is only: md, mbox, bundle`);
      }),
    );

  note
    .command('import')
    .argument(
      '<file>',
      'a bundle or NDJSON of a run, or an mbox with replies to an exported thread; - is stdin, an mbox',
    )
    .description('merge notes that somebody sent; a mail becomes a reply of its author, marked as unverified')
    .option('--author <name>', 'who brings mails in (default: $CUSTODY_AUTHOR, git user.name, login)')
    .action(
      run(async ({ print, desk }, { author }: Signed, file: string) => {
        const bytes = await readBytes(file);
        return desk(async (workbench) =>
          isMbox(bytes) || file === '-'
            ? importMails(workbench, print, bytes, authorOf(author))
            : importRun(workbench, print, file),
        );
      }),
    );

  note
    .command('merge')
    .argument('<run>', 'an id or title, the same in both stores')
    .argument('<store>', 'where the other notes are')
    .description('merge the notes on a run that are in another store into those here')
    .action(
      run(async ({ print, desk, store }, _options: object, reference: string, other: string) => {
        if (isSameStore(store, other)) throw new RequestError(`Cannot merge ${store} with itself; name another store`);
        return desk(async (workbench) => {
          const { header } = await findRun(workbench, reference, print);
          const taken = await withWorkbench(
            other,
            async (there) => workbench.takeIn(await there.pack(header.run).catch(asMissing(header, other))),
            openToLook,
          );
          return print.answer({
            json: { run: header.run, title: header.title, from: shownStore(other), notes: taken.notes },
            text: [`${header.title}: ${notesText(taken.notes)}`],
          });
        });
      }),
    );
};
