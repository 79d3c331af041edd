import { writeBundle, writeLines } from '@custody/bundle';
import { modelFormats, RequestError } from '@custody/workbench';
import type { Context } from '../context.ts';
import { addSizeOptions, quoted, type SizeOptions, scenarioWord } from '../experiment-options.ts';
import { modelFor } from '../export-model.ts';
import { ftraceOf, perfettoOf } from '../export-trace.ts';
import { packRun } from '../find-run.ts';
import { count, type ExitCode, exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';
import { addSearchOptions, type SearchOptions } from '../search-options.ts';
import { toFile, toStdout } from '../write-out.ts';

interface ExportOptions extends SizeOptions, SearchOptions {
  readonly as: string;
  readonly output?: string;
}

/** What a run can be handed on as, and who writes it. */
const runFormats = { bundle: writeBundle, ndjson: writeLines, ftrace: ftraceOf, perfetto: perfettoOf } as const;
type RunFormat = keyof typeof runFormats;

/** Those whose bytes are no text. */
const isBinary = (format: string): boolean => format === 'bundle' || format === 'perfetto';

/** Those that hold the notes too. */
const hasNotes = (format: RunFormat): boolean => format === 'bundle' || format === 'ndjson';

const isRunFormat = (format: string): format is RunFormat => Object.hasOwn(runFormats, format);

const formats: readonly string[] = [...Object.keys(runFormats), ...modelFormats];

const unknownFormat = (format: string): RequestError =>
  new RequestError(
    `Cannot export as "${format}" as there is only: ${formats.join(', ')}; write: custody export RUN --as bundle, ` +
      'or: custody export VARIANT SCENARIO --as promela',
  );

const exportModel = async (
  { print }: Context,
  { output, ...options }: ExportOptions,
  variant: string,
  scenario: string | undefined,
): Promise<ExitCode> => {
  if (print.options.mail) {
    throw new RequestError('Cannot fold a model to the width of a mail; attach it as it is, without --mail');
  }
  const made = await modelFor(print, variant, scenario, options);
  const code = made.text === null ? exit.inconclusive : exit.yes;
  if (output === undefined || made.text === null) {
    return print.answer({ json: made, text: made.text?.trimEnd().split('\n') ?? [], code });
  }
  await toFile(output, textOf(made.text));
  return print.answer({
    json: { ...made, file: output },
    text: [`a model of ${many(made.states, 'state')} in ${output}`],
  });
};

async function* textOf(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}

/** Options that only a search has, named as a person gave them. */
const searchWords = ({ devices, claimers, stores, budget, maxStates, memory }: ExportOptions): readonly string[] =>
  Object.entries({ devices, claimers, stores, budget, 'max-states': maxStates, memory })
    .filter(([, value]) => value !== undefined)
    .map(([word]) => `--${word}`);

/** What must be so before a byte is written. */
const checkRunWords = ({ print }: Context, options: ExportOptions, scenario: string | undefined): void => {
  const { as, output } = options;
  if (scenario !== undefined) {
    throw new RequestError(
      `Cannot export "${scenario}" as ${as} beside a run; name one RUN, as custody runs lists them`,
    );
  }
  const [word] = searchWords(options);
  if (word !== undefined) {
    throw new RequestError(`Cannot use ${word} with --as ${as} as a run is exported as it is; leave it out`);
  }
  if (output !== undefined) return;
  if (isBinary(as) && process.stdout.isTTY) {
    const what = as === 'bundle' ? 'a bundle' : `a ${as} trace`;
    throw new RequestError(`Cannot print ${what} to a terminal as it is binary; give -o FILE, or redirect stdout`);
  }
  if (print.options.json || print.options.mail) {
    const option = print.options.json ? '--json' : '--mail';
    throw new RequestError(`Cannot print both the run and what ${option} tells about it to stdout; give -o FILE`);
  }
};

const notesText = (as: RunFormat, notes: number): string => {
  if (notes === 0) return 'no notes';
  return hasNotes(as) ? `${many(notes, 'update')} of notes` : `without its notes, which --as bundle or ndjson has`;
};

const seeText = (as: RunFormat, output: string): string =>
  as === 'perfetto' ? `open ${quoted(output)} at https://ui.perfetto.dev` : `see: custody import ${quoted(output)}`;

/** Writes a run to a file or stdout. */
export const exportRun = async (
  context: Context,
  as: RunFormat,
  options: Pick<ExportOptions, 'output'>,
  reference: string,
) => {
  const { print, desk } = context;
  const { output } = options;
  return desk(async (workbench) => {
    const parcel = await packRun(workbench, reference, print);
    const pieces = runFormats[as](parcel);
    if (output === undefined) {
      await toStdout(pieces);
      return exit.yes;
    }
    const { bytes, digest } = await toFile(output, pieces);
    const { run: id, title } = parcel.about.header;
    const [events, notes] = [parcel.events.count, parcel.notes.count];
    const written = hasNotes(as) ? notes : 0;
    return print.answer({
      json: { format: as, run: id, title, events, notes: written, digest, file: output, bytes },
      text: [
        `${title}  (${id}) in ${output}: ${count(bytes)} bytes`,
        `  ${many(events, 'event')}: SHA-256 ${digest}`,
        `  ${notesText(as, notes)}`,
        `  ${seeText(as, output)}`,
      ],
    });
  });
};

export const registerExport: Register = (program) => {
  const added = program
    .command('export')
    .argument('<run-or-variant>', 'a run: an id, a title, the beginning of one, or a file; for promela a variant')
    .argument('[scenario]', `for promela: ${scenarioWord}`)
    .description(
      'write a run as one file to hand on (bundle), as an event a line (ndjson), or as text like trace-cmd report’s ' +
        '(ftrace), all of which import reads; or as tracks for ui.perfetto.dev (perfetto); or a scenario under a variant ' +
        'as a model for SPIN: the same states and transitions, one by one (promela)',
    )
    .requiredOption('--as <format>', `what to write: ${formats.join(', ')}`)
    .option('-o, --output <file>', 'where to write (default: stdout)');
  addSearchOptions(addSizeOptions(added)).action(
    run(async (context, options: ExportOptions, named: string, scenario: string | undefined) => {
      const { as } = options;
      if (isRunFormat(as)) {
        checkRunWords(context, options, scenario);
        return exportRun(context, as, options, named);
      }
      if (modelFormats.some((known) => known === as)) return exportModel(context, options, named, scenario);
      throw unknownFormat(as);
    }),
  );
};
