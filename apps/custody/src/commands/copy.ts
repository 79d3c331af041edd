import { RequestError, type TakenRun, type Verdict, type Workbench } from '@custody/workbench';
import { packRun } from '../find-run.ts';
import { saying } from '../import-file.ts';
import { type ExitCode, exit, many, type Printer } from '../print.ts';
import { type Register, run } from '../register.ts';
import { isSameStore, shownStore, withWorkbench } from '../store.ts';
import { notesText } from '../taken-text.ts';
import { problemOf } from '../trouble.ts';

interface CopyOptions {
  readonly to: string;
  readonly all?: boolean;
}

interface CopiedRun extends TakenRun, Pick<Verdict, 'differences'> {}

/** Takes a run over, or on from where an earlier copy was interrupted, and reads both back to compare them. */
const copyRun = async (from: Workbench, to: Workbench, reference: string, print: Printer): Promise<CopiedRun> => {
  const parcel = await packRun(from, reference, print);
  const say = saying(print, parcel.about.header.title);
  const taken = await to.takeIn(parcel, { progress: (doing, events) => say(events, doing) });
  const { differences, digest } = await to.verify(parcel, (events) => say(events, 'compared'));
  return { ...taken, digest, differences };
};

const howText = ({ already, written, facts }: CopiedRun): string => {
  if (already) return 'was there already';
  return written < facts ? `went on after ${many(facts - written, 'event')} that were there` : 'copied';
};

const lines = (copied: CopiedRun): string[] => [
  `${copied.title}  (${copied.run})  ${howText(copied)}`,
  `  ${many(copied.facts, 'event')} read back: SHA-256 ${copied.digest}`,
  `  ${notesText(copied.notes)}`,
  ...(copied.differences.length === 0
    ? ['  compared with what was sent: the same']
    : copied.differences.map((difference) => `  ! NOT THE SAME: ${difference}`)),
];

const json = ({ run: id, title, already, facts, written, digest, notes, differences }: CopiedRun) => ({
  run: id,
  title,
  already,
  facts,
  written,
  digest,
  notes,
  differences,
});

const checkWords = (store: string, { to, all = false }: CopyOptions, references: readonly string[]): void => {
  if (isSameStore(store, shownStore(to))) {
    throw new RequestError(`Cannot copy from ${store} to itself; give another store with --to`);
  }
  if (all === references.length > 0) {
    throw new RequestError('Cannot tell what to copy; name the runs, or give --all and no names; see: custody runs');
  }
};

export const registerCopy: Register = (program) => {
  program
    .command('copy')
    .argument('[run...]', 'an id, a title, the beginning of one, or a file')
    .description('copy runs with their notes to another store, and compare them there; once more goes on')
    .requiredOption('--to <store>', 'where to; made when it is not there')
    .option('--all', 'every run of the store')
    .action(
      run(async ({ print, look, store }, options: CopyOptions, references: readonly string[]) => {
        const { to, all = false } = options;
        checkWords(store, options, references);
        const copied: CopiedRun[] = [];
        let refused = 0;
        await look(async (from) => {
          const wanted = all ? (await from.runs()).map(({ header }) => header.run) : references;
          if (wanted.length === 0) print.complain(`${store} holds no runs`);
          else {
            await withWorkbench(to, async (there) => {
              for (const reference of wanted) {
                try {
                  copied.push(await copyRun(from, there, reference, print));
                } catch (error) {
                  const problem = problemOf(error);
                  if (problem === undefined) throw error;
                  refused += 1;
                  print.complain(problem);
                }
              }
            });
          }
        });
        const code: ExitCode = copied.some(({ differences }) => differences.length > 0) ? exit.no : exit.yes;
        return print.answer({
          json: { to: shownStore(to), runs: copied.map(json) },
          text: copied.flatMap(lines),
          code: refused > 0 ? exit.trouble : code,
        });
      }),
    );
};
