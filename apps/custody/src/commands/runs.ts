import type { CatalogueEntry } from '@custody/workbench';
import { count, exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { sourceText } from '../source-text.ts';

const described = (entry: CatalogueEntry) => ({
  run: entry.header.run,
  title: entry.header.title,
  source: entry.header.source,
  events: entry.end?.events ?? null,
  openedAt: entry.openedAt,
  closed: entry.end !== undefined,
  complete: entry.end?.complete ?? false,
});

const eventsText = ({ end }: CatalogueEntry): string => (end === undefined ? '?' : count(end.events));

/** A line for each, in columns as wide as the widest of them. */
const lines = (entries: readonly CatalogueEntry[]): string[] => {
  const widest = (textOf: (entry: CatalogueEntry) => string): number =>
    Math.max(...entries.map((entry) => textOf(entry).length));
  const [run, title, events] = [
    widest(({ header }) => header.run),
    widest(({ header }) => header.title),
    widest(eventsText),
  ];
  return entries.map((entry) => {
    const { header, end } = entry;
    const columns = [
      header.run.padEnd(run),
      header.title.padEnd(title),
      `${eventsText(entry).padStart(events)} events`,
    ];
    return `${columns.join('  ')}  ${sourceText(header.source)}${end?.complete ? '' : '  INCOMPLETE'}`;
  });
};

export const registerRuns: Register = (program) => {
  program
    .command('runs')
    .description('list what is in the store')
    .action(
      run(async ({ print, look, store }) => {
        const entries = await look((workbench) => workbench.runs());
        const none = [`${store} holds no runs yet; try: custody import fixtures/6.1-race`];
        print.answer({ json: { runs: entries.map(described) }, text: entries.length > 0 ? lines(entries) : none });
        return exit.yes;
      }),
    );
};
