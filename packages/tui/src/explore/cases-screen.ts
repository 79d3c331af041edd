import { type CaseLedger, type ScenarioProgress, tellingCases } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { type Asked, optionsOf } from './asked.ts';
import { caseItems } from './case-items.ts';
import { witnessReplay } from './replay-witness.ts';
import { searchScreen } from './search-screen.ts';
import { many, type Witness } from './verdict-items.ts';

type OfVariant = Pick<Asked, 'variant' | 'stores'>;

/** Which variant, and how stores become visible; the scenarios have their usual sizes. */
const ofVariant = ({ variant, stores }: OfVariant): OfVariant => ({ variant, ...(stores !== undefined && { stores }) });

const verdictOf = ({ cases }: CaseLedger): string => {
  const failing = Object.entries(cases).flatMap(([id, { holds }]) => (holds === false ? [id] : []));
  return failing.length === 0 ? 'all as expected' : `not as expected: ${failing.join(' ')}`;
};

/** What the cases of the mail come to under a variant, over all scenarios that are about it. */
export const casesOf = searchScreen<OfVariant, ScenarioProgress, CaseLedger, Witness>({
  name: 'cases',
  title: ({ variant }) => `the cases of the mail under ${variant}`,
  command: (asked) => commandLine('cases', asked.variant, ...optionsOf(ofVariant(asked))),
  begin: (asked) => tellingCases(ofVariant(asked)),
  progress: ({ scenario, done, of }) => `${scenario}, ${done + 1} of ${of}`,
  scope: ({ scenarios, complete }) =>
    `${many(scenarios.length, 'scenario')}: ${complete ? 'every interleaving' : 'INCOMPLETE, what was not found may exist'}`,
  verdict: verdictOf,
  items: (_, ledger, width) => caseItems(ledger, width),
  choose: (asked, witness) => witnessReplay(ofVariant(asked), witness),
  chooseDoes: 'replay the schedule that shows it',
  chooseHint: 'replay it',
  openings: [],
});
