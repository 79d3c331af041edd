import {
  type Conformance,
  conformRun,
  coverRuns,
  RequestError,
  type Run,
  rankVariants,
  variantOfRecording,
  type Workbench,
} from '@custody/workbench';
import { conformLines, rankingLines, runsCoverageLines } from '../conform-text.ts';
import { variantWord } from '../experiment-options.ts';
import { findRun } from '../find-run.ts';
import { signature } from '../mail/signature.ts';
import { variantFrom } from '../own-variant.ts';
import { type ExitCode, exit, type Printer } from '../print.ts';
import { type Register, run } from '../register.ts';

interface ConformCommandOptions {
  readonly all?: boolean;
  readonly coverage?: boolean;
  readonly variant?: string;
}

const firstWord = 1000;
const everySoOften = 2000;

/** Says on stderr what is being done, where it takes more than a second. */
const teller = (print: Printer): ((what: string) => void) => {
  const began = performance.now();
  let told = firstWord;
  return (what) => {
    const elapsed = performance.now() - began;
    if (elapsed < told) return;
    told = elapsed + everySoOften;
    print.progress(`${what}: ${Math.floor(elapsed / 1000)} s`);
  };
};

/** A run that broke off shows nothing of what came then. */
const codeOf = ({ answer }: Conformance, { complete }: Run): ExitCode => {
  if (answer.kind === 'refuted') return exit.no;
  return answer.kind === 'explained' && complete ? exit.yes : exit.inconclusive;
};

const brokenOff = ({ complete, header }: Run): readonly string[] =>
  complete ? [] : [`  ${header.title} is incomplete: what came after its end, or was lost, is explained by nobody`];

const endOf = (print: Printer): readonly string[] => (print.options.mail ? signature : []);

const rank = (print: Printer, found: Run): ExitCode => {
  const ranking = rankVariants(found, teller(print));
  const kinds = ranking.variants.map(({ answer }) => answer.kind);
  return print.answer({
    json: ranking,
    text: [...rankingLines(ranking), ...brokenOff(found), ...endOf(print)],
    code:
      kinds.includes('explained') && found.complete
        ? exit.yes
        : kinds.every((kind) => kind === 'refuted')
          ? exit.no
          : exit.inconclusive,
  });
};

const cover = async (desk: Workbench, print: Printer, names: readonly string[], word?: string): Promise<ExitCode> => {
  const runs: Run[] = [];
  for (const name of names) runs.push(await findRun(desk, name, print));
  const variant = word === undefined ? variantOfRecording(runs[0] as Run) : await variantFrom(word);
  const covered = coverRuns(runs, variant, teller(print));
  return print.answer({
    json: covered,
    text: [...runsCoverageLines(covered), ...endOf(print)],
    code: covered.runs.every(({ answer }) => answer === 'explained') ? exit.yes : exit.inconclusive,
  });
};

export const registerConform: Register = (program) => {
  program
    .command('conform')
    .argument('<run>', 'a run: an id, a title, the beginning of one, or a file')
    .argument('[variant]', `${variantWord}; with --coverage, another run`)
    .argument('[more...]', 'with --coverage, further runs')
    .description('whether a variant can do what a run shows, and if not, why; exits 1 when it cannot')
    .option('--all', 'every variant, those that explain the run first (default where no variant is named)')
    .option('--coverage', 'which steps, cases and outcomes these runs have been through, and which never')
    .option('--variant <variant>', "with --coverage: by which variant (default: the first run's kernel)")
    .action(
      run(
        async (
          { print, desk },
          { all, coverage, variant }: ConformCommandOptions,
          name: string,
          word: string | undefined,
          more: readonly string[] = [],
        ) =>
          desk(async (workbench) => {
            if (coverage === true) {
              return cover(workbench, print, [name, ...(word === undefined ? [] : [word]), ...more], variant);
            }
            if (more.length > 0 || variant !== undefined) {
              throw new RequestError('Cannot take more than a run and a variant here; several runs go with --coverage');
            }
            if (all === true && word !== undefined) {
              throw new RequestError(`Cannot use --all beside "${word}": name a variant, or ask for all`);
            }
            const found = await findRun(workbench, name, print);
            if (word === undefined) return rank(print, found);
            const answer = conformRun(found, await variantFrom(word), teller(print));
            return print.answer({
              json: answer,
              text: [...conformLines(answer), ...brokenOff(found), ...endOf(print)],
              code: codeOf(answer, found),
            });
          }),
      ),
    );
};
