import { type CaseLedger, cases } from '@custody/workbench';
import type { Item } from '../item-list.ts';
import { span } from '../row.ts';
import { caseWord, heading, labelled, many, stepsIn, type Witness } from './verdict-items.ts';

type LedgerCase = CaseLedger['cases'][string];

const whereText = ({ scenario, witness, holds, broken }: LedgerCase): string => {
  const way = `in ${scenario}, ${many(stepsIn(witness ?? ''), 'step')}`;
  if (holds !== false) return way;
  return broken.length === 0 ? `${way}; no property is broken by it` : `${way}; there breaks ${broken.join(' ')}`;
};

const caseItem = (id: string, says: string, found: LedgerCase, complete: boolean, width: number): Item<Witness> => {
  const [word, tone] = caseWord(found.reached, found.holds, complete);
  const { scenario, witness } = found;
  const rows = labelled(word, tone, `${id.padEnd(6)} ${says}`, width);
  if (witness === null || scenario === null) return { rows, value: null };
  return {
    rows: [...rows, [span(' '.repeat(17)), span(whereText(found), 'dim')]],
    value: { scenario, schedule: witness },
  };
};

type Overtaking = CaseLedger['fairness']['handedOn'];

const oftenText = ({ bounded, times }: Overtaking): string => {
  if (bounded === null) return 'not known, a bound stopped the search';
  if (!bounded) return 'WITHOUT BOUND';
  return times === 0 ? 'never' : `at most ${many(times ?? 0, 'time')}`;
};

const overtakingItem = (what: string, found: Overtaking, scenario: string, width: number): Item<Witness> => ({
  rows: labelled('overtaken', found.bounded === false ? 'warn' : 'normal', `${what}: ${oftenText(found)}`, width),
  value:
    found.bounded === null || found.times === 0
      ? null
      : { scenario, schedule: `${found.schedule} ${found.loop ?? ''}`.trim() },
});

const fairnessItems = (
  { fairness: { scenario, handedOn, outrun, inOrder } }: CaseLedger,
  width: number,
): readonly Item<Witness>[] => [
  heading('a claim of user space that waits for the mutex (2.a.i: "unfair", "but not incorrect")'),
  overtakingItem('as the group is handed on to a sibling', handedOn, scenario, width),
  overtakingItem('as a kernel driver takes the mutex first', outrun, scenario, width),
  overtakingItem('mutex in order: as the group is handed on', inOrder.handedOn, `${scenario}-in-order`, width),
  overtakingItem('mutex in order: as a kernel driver takes it', inOrder.outrun, `${scenario}-in-order`, width),
];

/** The mail numbers its cases; the phases that it does not list have letters. */
const isOfMail = (id: string): boolean => /^\d/.test(id);

/** The ten cases of the mail under a variant, then what it does not list; each with a witness can be chosen. */
export const caseItems = (ledger: CaseLedger, width: number): readonly Item<Witness>[] => {
  const itemsOf = (ofMail: boolean) =>
    cases
      .filter(({ id }) => isOfMail(id) === ofMail)
      .map(({ id, says }) => caseItem(id, says, ledger.cases[id] as LedgerCase, ledger.casesComplete, width));
  return [
    heading('the ten cases of the mail'),
    ...itemsOf(true),
    heading('phases that it does not list'),
    ...itemsOf(false),
    ...(ledger.unlisted.length === 0 ? [] : [heading('situations that no case covers')]),
    ...ledger.unlisted.map(
      ({ says, scenario, witness }): Item<Witness> => ({
        rows: labelled('UNLISTED', 'warn', `${says}, in ${scenario}`, width),
        value: { scenario, schedule: witness },
      }),
    ),
    ...fairnessItems(ledger, width),
  ];
};
