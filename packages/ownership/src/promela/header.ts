import type { Stores } from '../machine.ts';
import type { Scenario } from '../scenario.ts';
import { callText } from '../script-text.ts';
import type { Variant } from '../variant.ts';
import { commented } from './layout.ts';
import type { WholeGraph } from './whole-graph.ts';

/** What the model is one of. */
export interface Subject {
  readonly variant: Variant;
  readonly scenario: Scenario;
  readonly stores: Stores;
  /** The command that makes the same text again. */
  readonly command: string;
  readonly remarks: readonly string[];
}

/** pan's stack: a script that ends has fewer steps; one without an end may go through every state. */
const longestRun = 10_000;

/** How SPIN is to be called, so that it merges no steps, leaves no variable out, and counts every error. */
export const commandsFor = ({ forever }: Scenario, states: number): readonly string[] => {
  const depth = forever === undefined ? longestRun : Math.max(longestRun, states);
  const slots = Math.max(16, Math.ceil(Math.log2(states)));
  return [
    'spin -a -o2 -o3 model.pml',
    'gcc -O2 -DSAFETY -DNOREDUCE -w -o pan pan.c',
    `./pan -c0 -n -m${depth} -w${slots}`,
  ];
};

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const findingsOf = ({ report: { standstills, deadlock }, broken, stopped }: WholeGraph): readonly string[] => [
  broken.size === 0
    ? 'No assertion fails.'
    : `Assertions fail, and name the sentences that are broken: ${[...broken].join(', ')}.`,
  'An invalid end state (./pan -A counts them alone) is one where nobody can move though not all is done:',
  `${standstills}; or where a BUG has stopped the machine: ${stopped}.`,
  ...(deadlock === undefined ? [] : ['Tasks may wait for each other for ever, which breaks I11.']),
];

/** A comment that says what the model is, and what SPIN makes of it. */
export const headerOf = (graph: WholeGraph, subject: Subject): readonly string[] => {
  const { variant, scenario, stores, command, remarks } = subject;
  const { states, transitions } = graph.report;
  const late = 'may be invisible to other CPUs until the next unlock of the task that stored';
  return commented([
    `${variant.id} in ${scenario.id}, for SPIN`,
    '',
    `variant:   ${variant.title}`,
    `source:    ${variant.source}`,
    ...remarks.map((remark) => `           ${remark}`),
    `scenario:  ${scenario.title}`,
    ...scenario.tasks.map((script, task) => `T${task}:        ${script.map(callText).join('; ') || 'nothing'}`),
    `stores:    a store to dev->driver ${stores === 'late' ? late : 'is visible to other CPUs at once'}`,
    `made by:   ${command}`,
    '',
    `custody counts ${many(states, 'state')} and ${many(transitions, 'transition')}. So does SPIN, where it is called`,
    '',
    ...commandsFor(scenario, states).map((words) => `  ${words}`),
    '',
    'but that it takes the way into the first state for a transition too.',
    ...findingsOf(graph),
    'To see a way to the first error: ./pan; spin -t -p -g model.pml',
    '',
    'A label is where a task stands, a d_step what it does there at once; where the kernel chooses, there are several,',
    'and a comment says what it chose. The model is made of what the steps were seen to read and write in the states',
    'that can be reached. Of any other state it says nothing.',
  ]);
};
