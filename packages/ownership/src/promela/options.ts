import type { Action, Decision, Field, LearnedMove, TaskMoves, Value } from '@custody/explore';
import type { TaskFields } from '../fields.ts';
import type { OwnershipModel } from '../model-of.ts';
import { leavesOf, type Reduced, reduced, restricted } from './reduced.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a move writes: a value; or, where it counts, one more or one less than it found. */
export interface Write extends Value {
  readonly step?: 1 | -1;
}

/** A move by its outcome, what it writes and the sentences that it breaks: two that agree in these are one option. */
export interface Option {
  readonly action: Action;
  readonly writes: readonly Write[];
  readonly broken: readonly string[];
  /** The number of the place where the task stands then. */
  readonly next: number;
  readonly when: Reduced<boolean>;
}

/** A place where a task has stood, and all that it can do there. */
export interface Spot {
  readonly at: number;
  readonly options: readonly Option[];
}

interface Place {
  readonly at: number;
  readonly field: Field;
  /** The ids of the sentences: a mark that is none of them is a case, and changes nothing. */
  readonly sentences: ReadonlySet<string>;
  readonly vocabulary: Vocabulary;
}

/** One value after another is the same step of a count, and not something else each time. */
const counted = (write: Value, found: ReadonlyMap<Field, number>, vocabulary: Vocabulary): Write => {
  const before = found.get(write.field);
  if (before === undefined || !vocabulary.isCount(write.field)) return write;
  if (write.value === before + 1) return { ...write, step: 1 };
  return write.value === before - 1 ? { ...write, step: -1 } : write;
};

const optionsAt = (decision: Decision<TaskMoves>, { at, field, sentences, vocabulary }: Place): readonly Option[] => {
  const keys = new Map<LearnedMove, string>();
  const options = new Map<string, Omit<Option, 'when'>>();
  for (const { answer, found } of leavesOf(decision)) {
    for (const move of answer) {
      const writes = vocabulary.inOrder(move.writes).map((write) => counted(write, found, vocabulary));
      const broken = move.marks.filter((mark) => sentences.has(mark)).sort();
      const next = writes.find((write) => write.field === field)?.value ?? at;
      const key = [move.action, ...writes.map((write) => vocabulary.written(write)), ...broken].join('; ');
      keys.set(move, key);
      options.set(key, { action: move.action, writes, broken, next });
    }
  }
  return [...options].flatMap(([key, option]): Option[] => {
    const when = reduced(decision, (moves) => moves.some((move) => keys.get(move) === key));
    return when === null ? [] : [{ ...option, when }];
  });
};

/** Where `task` can stand, as far as it ever does, in the order of its calls. A BUG stops it, which is not said here. */
export const spotsOf = (task: number, model: OwnershipModel, vocabulary: Vocabulary): readonly Spot[] => {
  const { at: field } = model.fields.tasks[task] as TaskFields;
  const sentences = new Set(model.sentences.map(({ id }) => id));
  const known = restricted(model.decisionsOf(task), model.fields.group.bug, 0);
  const spots = model.standsOf(task).map((_, at): Spot | null => {
    const here = restricted(known, field, at);
    return here === null ? null : { at, options: optionsAt(here, { at, field, sentences, vocabulary }) };
  });
  // Where a task comes only by a BUG, it does nothing any more.
  const reached = new Set(spots.flatMap((spot) => spot?.options.map(({ next }) => next) ?? []));
  return spots.flatMap((spot, at) => spot ?? (reached.has(at) ? [{ at, options: [] }] : []));
};
