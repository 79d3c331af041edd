import { exploringScenario, type Progress, type VariantReport } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { type Asked, askedText, optionsOf } from './asked.ts';
import { casesOf } from './cases-screen.ts';
import { witnessReplay } from './replay-witness.ts';
import { searchScreen } from './search-screen.ts';
import { count, many, verdictItems, type Witness } from './verdict-items.ts';

const progressText = ({ goal, states, transitions, queue, depth }: Progress): string =>
  `${count(states)} states, ${count(transitions)} transitions, ${count(queue)} to look at, ${many(depth, 'step')} deep` +
  (goal === 'everything' ? '' : ', for the shortest ways');

const verdictOf = ({ properties, deadlock }: VariantReport): string => {
  const violated = properties.filter(({ verdict }) => verdict === 'violated').length;
  if (violated === 0) return deadlock === null ? 'nothing violated' : 'a deadlock';
  return `${violated} violated${deadlock === null ? '' : ', a deadlock'}`;
};

/** Explores a variant in a scenario, and shows what comes of it. */
export const verdictsOf = searchScreen<Asked, Progress, VariantReport, Witness>({
  name: 'verdicts',
  title: askedText,
  command: (asked) => commandLine('explore', asked.variant, asked.scenario, ...optionsOf(asked)),
  begin: (asked) => exploringScenario(asked),
  progress: progressText,
  scope: ({ complete, states, transitions }) =>
    `${complete ? 'every interleaving' : 'INCOMPLETE, what was not found may exist'}: ${many(states, 'state')}, ${many(transitions, 'transition')}`,
  verdict: verdictOf,
  items: (_, report, width) => verdictItems(report, width),
  choose: witnessReplay,
  chooseDoes: 'replay the schedule that shows it',
  chooseHint: 'replay it',
  openings: [
    {
      id: 'cases',
      keys: ['c'],
      does: 'the ten cases under this variant, over all scenarios',
      hint: 'cases',
      open: casesOf,
    },
  ],
});
