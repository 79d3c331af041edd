import {
  type Bounds,
  explore,
  type Field,
  isWitness,
  noReduction,
  PackedMemory,
  type Property,
  type Report,
} from '@custody/explore';
import type { OwnershipModel } from '../model-of.ts';

/** What a search of the whole graph has told, while it taught the model. */
export interface WholeGraph {
  readonly report: Report;
  /** The sentences that a state or a step breaks, in order. */
  readonly broken: ReadonlySet<string>;
  readonly brokenAtStart: ReadonlySet<string>;
  /** How many states there are in which a BUG has stopped the machine. */
  readonly stopped: number;
}

const memory = new PackedMemory();
const valueAt = (states: Int32Array, at: number, field: Field): number => {
  memory.look(states, at);
  return memory.get(field);
};

/** What each field holds before the first step. */
export const startOf = (model: OwnershipModel): ((field: Field) => number) => {
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  return (field) => valueAt(start, 0, field);
};

/**
 * Sees every state and every transition, so that what the model knows afterwards is all that its tasks do. A reduction
 * would leave some of it unseen: none may be used here.
 */
export const wholeGraph = (model: OwnershipModel, bounds: Bounds): WholeGraph => {
  const broken = new Set<string>();
  /** Asked also when it is known to be broken: what it says must be known of every state. */
  const asked = model.properties.map((property): Property => {
    const holds: Property['holds'] = (states, at) => {
      if (!property.holds(states, at)) broken.add(property.name);
      return true;
    };
    const { kind, name, unless } = property;
    return { kind, name, holds, ...(unless && { unless }) };
  });
  let stopped = 0;
  const report = explore(model, asked, {
    ...bounds,
    reduction: noReduction,
    onDone: (states, at) => {
      if (valueAt(states, at, model.fields.group.bug) === 1) stopped += 1;
    },
  });
  const inOrder = model.sentences.map(({ id }) => id).filter((id) => broken.has(id) || report.marks.has(id));
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  const brokenAtStart = model.properties.filter((property) => isWitness(property, start, 0)).map(({ name }) => name);
  return { report, broken: new Set(inOrder), brokenAtStart: new Set(brokenAtStart), stopped };
};
