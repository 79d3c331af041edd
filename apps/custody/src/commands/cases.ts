import {
  type CaseLedger,
  caseLedger,
  casesOfRun,
  differencesOf,
  findVariant,
  isOwn,
  isScenario,
  RequestError,
  type Variant,
  variantOfRecording,
  variants,
} from '@custody/workbench';
import { ledgerLines, ledgerTable } from '../cases-text.ts';
import { casesOfRunLines } from '../conform-text.ts';
import type { Context } from '../context.ts';
import { addSizeOptions, type SizeOptions, scenarioWord, sizeOf, variantWord } from '../experiment-options.ts';
import { findRun } from '../find-run.ts';
import { signature } from '../mail/signature.ts';
import { variantFrom } from '../own-variant.ts';
import { type ExitCode, exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { addSearchOptions, type SearchOptions, searchFor } from '../search-options.ts';

interface CasesOptions extends SizeOptions, SearchOptions {
  readonly run?: string;
}

const codeOf = (ledgers: readonly CaseLedger[]): ExitCode => {
  const fails = ledgers.some(({ cases }) => Object.values(cases).some(({ holds }) => holds === false));
  if (fails) return exit.no;
  return ledgers.every(({ complete }) => complete) ? exit.yes : exit.inconclusive;
};

/** The variant and the scenarios that were named; who names a scenario first means every variant. */
const wordsOf = (words: readonly string[]): { readonly variant: string | null; readonly named: readonly string[] } => {
  const [first, ...others] = words;
  return first === undefined || isScenario(first) ? { variant: null, named: words } : { variant: first, named: others };
};

/** The cases that a run met, as far as a variant explains it. */
const casesOf = ({ print, desk }: Context, name: string, word: string | undefined): Promise<ExitCode> =>
  desk(async (workbench) => {
    const found = await findRun(workbench, name, print);
    const met = casesOfRun(found, word === undefined ? variantOfRecording(found) : await variantFrom(word));
    const fails = Object.values(met.cases).some(({ holds }) => holds === false);
    return print.answer({
      json: met,
      text: [...casesOfRunLines(met), ...(print.options.mail ? signature : [])],
      code: fails ? exit.no : met.answer === 'explained' ? exit.yes : exit.inconclusive,
    });
  });

export const registerCases: Register = (program) => {
  const command = program
    .command('cases')
    .argument('[variant]', `${variantWord} (default: all, as a table)`)
    .argument('[scenario...]', `${scenarioWord} (default: all)`)
    .description(
      "what the ten cases of the mail come to, and those that it does not list; exits 1 when one's expectation fails",
    )
    .option('--run <run>', 'the cases that a recording met, by the variant named (default: its own kernel)');
  addSearchOptions(addSizeOptions(command)).action(
    run(async (context, options: CasesOptions, first: string | undefined, others: readonly string[]) => {
      const { print } = context;
      if (options.run !== undefined) {
        if (others.length > 0)
          throw new RequestError('Cannot take a scenario beside --run: a run is a story of its own');
        return casesOf(context, options.run, first);
      }
      const { variant, named } = wordsOf(first === undefined ? [] : [first, ...others]);
      const search = searchFor(print, 'exploring the cases', options);
      const size = sizeOf(options);
      const end = print.options.mail ? signature : [];
      const ledgerOf = (one: string | Variant): CaseLedger =>
        caseLedger({ variant: one, ...size, ...(named.length > 0 && { scenarios: named }) }, search.bounds);
      if (variant === null) {
        const ledgers = variants.map(ledgerOf);
        const json = { variants: ledgers, seconds: search.seconds() };
        return print.answer({ json, text: [...ledgerTable(ledgers), ...end], code: codeOf(ledgers) });
      }
      const found = findVariant(await variantFrom(variant));
      const differs = isOwn(found) ? differencesOf(found) : [];
      const ledger = ledgerOf(found);
      return print.answer({
        json: { ...ledger, seconds: search.seconds() },
        text: [...ledgerLines(ledger, { ...size, variant }, { variant: found, differs }), ...end],
        code: codeOf([ledger]),
      });
    }),
  );
};
