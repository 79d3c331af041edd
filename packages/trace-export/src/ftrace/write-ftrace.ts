import type { RunSource, TraceEvent } from '@custody/trace';
import type { Exported } from '../exported.ts';
import { eventLine } from './event-line.ts';
import { fingerprint } from './fingerprint.ts';

export const formatVersion = 1;
export const headMark = '# custody ftrace ';
export const endMark = '# end: ';

const sourceText = (source: RunSource): string =>
  source.kind === 'recording'
    ? `recorded on ${source.kernel ?? 'an unknown kernel'}, read as ${source.mapping}; times are seconds`
    : `simulated: ${source.variant} in ${source.scenario}; a step is a nanosecond`;

/** A title may hold a line end; in a comment it must not. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** What an import counts anew is left out. */
const endOf = ({ end }: Exported): Exported['end'] =>
  end && { events: end.events, complete: end.complete, findings: end.findings };

const headLines = (run: Exported): readonly string[] => [
  `${headMark}${formatVersion}`,
  `# ${JSON.stringify({ header: run.header, end: endOf(run) })}`,
  `# ${oneLine(run.header.title)}, ${oneLine(sourceText(run.header.source))}; flags are not known`,
  '#',
  '#           TASK-PID     CPU#  FLAGS   TIMESTAMP        FACT: FIELDS',
  '#              | |         |     |         |               |',
];

/**
 * A run as text in the shape of tracefs `trace` and `trace-cmd report`, which `custody import` reads back to an equal run.
 * What is said of the run stands at its beginning, in comments; the last line says how many events there are.
 * docs/trace-format.md describes it.
 *
 * @param read - all events of the run, oldest first.
 */
export async function* writeFtrace(
  run: Exported,
  read: () => AsyncIterable<readonly TraceEvent[]>,
): AsyncGenerator<string, void> {
  const seal = fingerprint();
  const told = (lines: readonly string[]): string => {
    for (const line of lines) seal.add(line);
    return lines.map((line) => `${line}\n`).join('');
  };
  yield told(headLines(run));
  let events = 0;
  for await (const batch of read()) {
    events += batch.length;
    yield told(batch.map(eventLine));
  }
  yield `${endMark}${events} events, fingerprint ${seal.digest()}\n`;
}
