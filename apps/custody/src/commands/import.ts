import { setFlagsFromString } from 'node:v8';
import type { ImportedRun } from '@custody/workbench';
import { quoted } from '../diff-text.ts';
import { type ImportedFile, importFile } from '../import-file.ts';
import { count, exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';
import { takenJson, takenLines } from '../taken-text.ts';
import { problemOf } from '../trouble.ts';

const tallies = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ');

const keptShown = 6;
const findingsShown = 20;

/** `9.0 µs`: nanoseconds in the unit that reads best. */
const duration = (nanoseconds: number): string => {
  const units = ['ns', 'µs', 'ms', 's'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, nanoseconds)) / 3));
  return `${Number((nanoseconds / 1000 ** power).toPrecision(3))} ${units[power]}`;
};

const timesText = ({ median, longest }: ImportedRun['locks']['group']['waits']): string =>
  median === null || longest === null ? 'not seen' : `${duration(median)} (longest ${duration(longest)})`;

type LockTally = ImportedRun['locks']['group'];

/** How often they were had, and for how long. */
const lockText = (what: string, { acquired, released, inferred, waits, holds }: LockTally): string => {
  const unseen = inferred === 0 ? '' : ` (${count(inferred)} known only from what the task did next)`;
  return (
    `  ${what}: ${count(acquired)} acquired${unseen}, ${count(released)} released; ` +
    `waits ${timesText(waits)}, holds ${timesText(holds)}`
  );
};

const findingLines = (findings: ImportedRun['findings']): string[] => {
  const shown = findings.slice(0, findingsShown);
  const more = findings.length - shown.length;
  return [
    ...shown.map(({ text, position }) => `  ! ${position === undefined ? '' : `@${position} `}${text}`),
    ...(more > 0 ? [`  ! and ${many(more, 'more finding')} (--json has all)`] : []),
  ];
};

/** What an import understood, in lines for a person. */
const importLines = (imported: ImportedRun, name: string): string[] => {
  const { title, run: id, kernel, mapping, lines, events, verbatim, skipped, facts, lost, gaps, locks } = imported;
  const calls = Object.entries(imported.calls).map(([op, errnos]) => `    ${op}: ${tallies(errnos)}`);
  const kept = imported.kept.slice(0, keptShown).map(({ name, count: times }) => `${name} ${count(times)}`);
  const more = imported.kept.length - kept.length;
  return [
    `${title}  (${id})${imported.already ? '  was in the store already' : ''}`,
    `  kernel ${kernel ?? 'unknown'}, read as ${mapping}${imported.complete ? '' : '; INCOMPLETE'}`,
    `  ${many(lines, 'line')} = ${count(events)} read as events + ${count(verbatim)} kept verbatim + ${count(skipped)} skipped; ` +
      `${many(facts, 'event')} in the run; ${count(lost)} lost by the kernel${gaps > 0 ? ` in ${many(gaps, 'gap')}` : ''}`,
    `  ownership changes not explained by a call: ${count(imported.unexplained)}; locks held by two tasks: ${count(imported.heldTwice)}`,
    lockText('group mutexes', locks.group),
    lockText('device locks', locks.device),
    ...(locks.other.acquired + locks.other.released > 0 ? [lockText('other locks', locks.other)] : []),
    ...(calls.length > 0 ? ['  calls returned:', ...calls] : []),
    ...(kept.length > 0 ? [`  kept verbatim: ${kept.join(', ')}${more > 0 ? ` and ${more} other names` : ''}`] : []),
    ...findingLines(imported.findings),
    `  see: custody replay ${name}`,
    `  see: custody show ${name} --grep 'CallReturned'`,
  ];
};

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
