import { type Action, type Field, outcomeOf, type Value } from '@custody/explore';
import { outcome, outcomeNames } from '../codes.ts';
import type { OwnershipModel } from '../model-of.ts';
import type { Stand } from '../program.ts';
import { callText } from '../script-text.ts';
import { operand } from './condition.ts';
import { folded, inComment } from './layout.ts';
import type { Option, Spot } from './options.ts';
import { fieldsIn } from './reduced.ts';
import type { Sentences } from './sentences.ts';
import { identifier, type Vocabulary } from './vocabulary.ts';

/** What the processes are told with. */
export interface Telling {
  readonly model: OwnershipModel;
  readonly vocabulary: Vocabulary;
  readonly sentences: Sentences;
  /** The fields that are variables; what else is written never changes, or is where a process stands. */
  readonly variables: ReadonlySet<Field>;
}

const finished = 'end_finished';

/**
 * By the number of a place its label: the step's own name; from the second call on that has such a step, with the
 * number of the call. Where a worker may wait for ever, its beginning says so to SPIN.
 */
const labelsOf = (stands: readonly Stand[]): readonly string[] => {
  const names = stands.map(({ label }) => identifier(label));
  const labels = stands.map(({ turn, awaits }, at) => {
    const isFirst = names.indexOf(names[at] as string) === at;
    return `${awaits?.isIdle === true ? 'end_' : ''}${names[at]}${isFirst ? '' : `_${turn + 1}`}`;
  });
  return [...labels, finished];
};

const remark = (action: Action): string => {
  const chosen = outcomeOf(action);
  if (chosen === outcome.ok) return '';
  return chosen === outcome.visible ? ' /* its store becomes visible */' : ` /* ${outcomeNames[chosen]} */`;
};

/** When the option is open. A lock that is taken is asked for also where nobody else could hold it. */
const guardOf = ({ when }: Option, changed: readonly Value[], vocabulary: Vocabulary): string => {
  const asked = fieldsIn(when);
  const free = changed
    .filter(({ field, value }) => vocabulary.isLock(field) && value !== 0 && !asked.has(field))
    .map(({ field }) => `${vocabulary.nameOf(field)} == ${vocabulary.valueOf(field, 0)}`);
  const told = operand(when, vocabulary, free.length > 0 ? '&&' : 'nothing');
  const guard = [...free, ...(free.length > 0 && told === 'true' ? [] : [told])].join(' && ');
  // To SPIN the end of a line ends a statement, but not between parentheses.
  return /&&|\|\|/.test(guard) ? `(${guard})` : guard;
};

const optionLines = (option: Option, labels: readonly string[], telling: Telling): readonly string[] => {
  const { action, writes, broken, next } = option;
  const { vocabulary, sentences, variables } = telling;
  const changed = writes.filter(({ field }) => variables.has(field));
  const guard = guardOf(option, changed, vocabulary);
  const effects = [
    ...sentences.before,
    ...changed.map((write) => vocabulary.written(write)),
    ...sentences.after(
      changed.map(({ field }) => field),
      broken,
    ),
  ].join('; ');
  const body = guard === 'true' && effects !== '' ? effects : [guard, effects].filter(Boolean).join(' -> ');
  return folded(`  :: d_step { ${body} } -> goto ${labels[next]}${remark(action)}`, 5);
};

/** `task` as a process that stands where the task does: a label for each place, an option for each thing to do there. */
export const processOf = (task: number, spots: readonly Spot[], telling: Telling): readonly string[] => {
  const { model, variables } = telling;
  const stands = model.standsOf(task);
  const labels = labelsOf(stands);
  const lines = stands.flatMap(({ entry, call }, at) => {
    const about = at === entry ? [`/* ${inComment(callText(call))} */`] : [];
    const spot = spots.find((one) => one.at === at);
    if (spot === undefined) return about;
    const options = spot.options.flatMap((option) => optionLines(option, labels, telling));
    return [...about, `${labels[at]}:`, ...(options.length === 0 ? ['  false;'] : ['  if', ...options, '  fi;'])];
  });
  const isFinished =
    spots.length === 0 || spots.some(({ options }) => options.some(({ next }) => next === stands.length));
  return [
    `active proctype T${task}()${variables.has(model.fields.group.bug) ? ' provided (!bug)' : ''}`,
    '{',
    ...lines,
    ...(isFinished ? [`${finished}:`, '  false;'] : []),
    '}',
  ];
};
