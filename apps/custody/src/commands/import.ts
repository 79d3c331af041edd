import { setFlagsFromString } from 'node:v8';
import { quoted } from '../diff-text.ts';
import { type ImportedFile, importFile } from '../import-file.ts';
import { importLines } from '../imported-text.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { takenJson, takenLines } from '../taken-text.ts';
import { problemOf } from '../trouble.ts';

/**
 * Lets the heap grow by a fifth of what lives in it before it is cleared, not by twice that: an import lives on little
 * and makes much that is soon forgotten. Costs some of the time; 142 MiB in place of 182, of a file of any size.
 */
const staySmall = (): void => setFlagsFromString('--heap-growing-percent=20');

interface ImportOptions {
  readonly topology?: string;
  readonly title?: string;
  readonly mapping?: string;
}

/** @param titles - of all runs of the store: one that two have names neither. */
const linesOf = (imported: ImportedFile, titles: readonly string[]): string[] => {
  if (imported.from !== 'trace') return takenLines(imported);
  const { title, run: id } = imported;
  return importLines(imported, titles.filter((other) => other === title).length > 1 ? id : quoted(title));
};

/** Is it known that some of it is missing: it broke off, the kernel lost events, or a ring overran? */
const hasLosses = (imported: ImportedFile): boolean =>
  imported.from === 'trace' ? !imported.complete : imported.end?.complete === false;

export const registerImport: Register = (program) => {
  program
    .command('import')
    .argument(
      '<file...>',
      'a trace (text or trace.dat), a bundle or NDJSON, plain or packed (gzip, zstd); a folder that holds a trace; - is stdin',
    )
    .description('read recordings, and runs that were exported, into the store')
    .option('--topology <file>', 'groups, devices and addresses (default: topology.json beside the trace)')
    .option('--mapping <file>', 'what probes of your own mean: JSON, see docs/mapping.md')
    .option(
      '--title <title>',
      'what to call the run (default: after the file or its folder; what an exported run was called)',
    )
    .action(
      run(async ({ print, desk }, options: ImportOptions, files: readonly string[]) => {
        staySmall();
        const runs: ImportedFile[] = [];
        let refused = 0;
        let titles: readonly string[] = [];
        await desk(async (workbench) => {
          for (const file of files) {
            try {
              const imported = await importFile(workbench, print, file, options);
              runs.push(imported);
              if (options.title !== undefined && imported.title !== options.title) {
                print.complain(`this run is in the store already, as ${imported.title}; it keeps that title`);
              }
            } catch (error) {
              const problem = problemOf(error);
              if (problem === undefined) throw error;
              refused += 1;
              print.complain(files.length > 1 ? `${file}: ${problem}` : problem);
            }
          }
          titles = (await workbench.runs()).map(({ header }) => header.title);
        });
        print.answer({
          json: { runs: runs.map((imported) => (imported.from === 'trace' ? imported : takenJson(imported))) },
          text: runs.flatMap((imported) => linesOf(imported, titles)),
        });
        if (refused > 0) return exit.trouble;
        return runs.some(hasLosses) ? exit.inconclusive : exit.yes;
      }),
    );
};
