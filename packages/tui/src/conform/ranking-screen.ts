import { type Ranking, type RunConformance, rankingVariants } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { searchScreen } from '../explore/search-screen.ts';
import { placeOf, rankingItems } from './conform-items.ts';
import { type AskedRun, conformOf, replayAt } from './conform-screen.ts';

const explaining = ({ variants }: Ranking): readonly string[] =>
  variants.flatMap(({ answer, variant }) => (answer.kind === 'explained' ? [variant] : []));

const scopeOf = (ranking: Ranking): string => {
  const by = explaining(ranking);
  const found = by.length === 0 ? 'no variant explains it' : `explained by ${by.join(', ')}`;
  return ranking.complete ? found : `${found}; INCOMPLETE, what was lost is explained by nobody`;
};

/** Every variant held against a run: one that explains it opens in numbers, one that does not where it parts from it. */
export const rankingOf = searchScreen<AskedRun, string, Ranking, RunConformance>({
  name: 'ranking',
  title: ({ title }) => `what explains ${title}`,
  command: ({ run }) => commandLine('conform', run, '--all'),
  doing: 'explaining',
  begin: async ({ run }, { desk }) => rankingVariants(await desk.openByPage(run)),
  progress: (what) => what,
  scope: scopeOf,
  verdict: (ranking) => `${explaining(ranking).length} of ${ranking.variants.length} explain it`,
  items: (_, ranking, width) => rankingItems(ranking, width),
  choose: (asked, found) =>
    found.answer.kind === 'explained'
      ? { type: 'open', screen: conformOf({ ...asked, variant: found.variant }, found) }
      : replayAt(asked, placeOf(found)),
  chooseDoes: 'what explains it in numbers; replay what does not, where it parts',
  chooseHint: 'why',
  openings: [],
});
