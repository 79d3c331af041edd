import type { CatalogueEntry } from '@custody/workbench';
import { sizeWords } from '../experiment-options.ts';
import { count, exit } from '../print.ts';
import { type Register, run } from '../register.ts';

const described = (entry: CatalogueEntry) => ({
  run: entry.header.run,
  title: entry.header.title,
  source: entry.header.source,
  events: entry.end?.events ?? null,
  openedAt: entry.openedAt,
  closed: entry.end !== undefined,
  complete: entry.end?.complete ?? false,
});

const sourceText = ({ header: { source } }: CatalogueEntry): string => {
  if (source.kind === 'recording') return `recording of ${source.kernel ?? 'an unknown kernel'}`;
  const { variant, scenario, knobs, schedule } = source;
  const own = knobs === undefined ? '' : ' (a variant of one’s own)';
  return `simulation of ${variant}${own} in ${scenario}${sizeWords(source)}, schedule ${schedule}`;
};

const line = (entry: CatalogueEntry): string => {
  const events = entry.end === undefined ? '?' : count(entry.end.events);
  const state = entry.end?.complete ? '' : '  INCOMPLETE';
  return `${entry.header.run}  ${entry.header.title.padEnd(24)} ${events.padStart(9)} events  ${sourceText(entry)}${state}`;
};

export const registerRuns: Register = (program) => {
  program
    .command('runs')
    .description('list what is in the store')
    .action(
      run(async ({ print, look, store }) => {
        const entries = await look((workbench) => workbench.runs());
        const none = [`${store} holds no runs yet; try: custody import fixtures/6.1-race`];
        print.answer({ json: { runs: entries.map(described) }, text: entries.length > 0 ? entries.map(line) : none });
        return exit.yes;
      }),
    );
};
