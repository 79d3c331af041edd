import { comparingVariants, type ScenarioProgress, type VariantsDiff } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { searchScreen } from '../explore/search-screen.ts';
import { many } from '../explore/verdict-items.ts';
import type { Effect } from '../shell/screen.ts';
import type { Sides } from './compare-view.ts';
import { differenceItems, type Shown } from './difference-items.ts';
import { comparisonOf } from './open-compare.ts';

/** Two variants, in all scenarios that are about both, or in one. */
interface TwoVariants extends Sides<string> {
  readonly scenario: string | null;
}

/** One schedule under both variants, side by side; steps that do not fit are passed over. */
const bothBy = ({ left, right }: TwoVariants, { scenario, schedule }: Shown): Effect<never> => ({
  type: 'fetch',
  name: `compare ${left} with ${right} by a schedule in ${scenario}`,
  screen: async (outside, signal) => {
    const runBy = async (variant: string): Promise<string> =>
      (await outside.desk.simulate({ variant, scenario }, { kind: 'schedule', schedule })).run;
    return comparisonOf({ left: await runBy(left), right: await runBy(right) }, outside, signal);
  },
});

const verdictOf = ({ onlyLeft, onlyRight, refines }: VariantsDiff): string =>
  `${onlyLeft.length} only in A, ${onlyRight.length} only in B${refines === true ? '; B refines A' : ''}`;

/** What two variants do differently; a difference opens as two runs of its schedule side by side. */
export const variantsOf = searchScreen<TwoVariants, ScenarioProgress, VariantsDiff, Shown>({
  name: 'variants',
  title: ({ left, right, scenario }) => `A ${left} | B ${right}${scenario === null ? '' : `, in ${scenario}`}`,
  command: ({ left, right, scenario }) =>
    commandLine('diff', `variant:${left}`, `variant:${right}`, ...(scenario === null ? [] : ['--scenario', scenario])),
  begin: ({ left, right, scenario }) =>
    comparingVariants({ left, right, ...(scenario !== null && { scenarios: [scenario] }) }),
  progress: ({ scenario, done, of }) => `${scenario}, ${done + 1} of ${of}`,
  scope: ({ scenarios, complete }) =>
    `${many(scenarios.length, 'scenario')}: ${complete ? 'every interleaving' : 'INCOMPLETE, what was not found may exist'}`,
  verdict: verdictOf,
  items: (_, diff, width) => differenceItems(diff, width),
  choose: bothBy,
  chooseDoes: 'its schedule under both variants, side by side',
  chooseHint: 'side by side',
  openings: [],
});
