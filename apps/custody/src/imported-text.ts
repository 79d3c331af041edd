import type { ImportedRun } from '@custody/workbench';
import { count, many } from './print.ts';

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
export const importLines = (imported: ImportedRun, name: string): string[] => {
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
