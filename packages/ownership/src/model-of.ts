import {
  type Decision,
  LearnedMoves,
  Lookup,
  type MakeMove,
  type Model,
  NotingMemory,
  type Property,
  type TaskMoves,
} from '@custody/explore';
import type { BusEvent, Topology, World } from '@custody/trace';
import { outcome, outcomeNames } from './codes.ts';
import type { Fields } from './fields.ts';
import { interchangeableIn } from './interchangeable.ts';
import { Machine, type Stores } from './machine.ts';
import { domainNamed, errnoNamed, ownerNamed, taskNamed } from './names.ts';
import type { Voice } from './operation.ts';
import { type Alike, alikeIn } from './outcomes.ts';
import type { Stand } from './program.ts';
import { type Sentence, type Sight, sentencesOf } from './properties.ts';
import { type Chance, type Scenario, upTo } from './scenario.ts';
import { twisted, type Variant } from './variant.ts';
import type { DeviceView, TaskView } from './views.ts';
import { topologyOfMachine, worldOfMachine } from './world-at.ts';

/** What is left when every task has finished. */
export interface Outcome {
  /** Task → the errno of each of its calls that returned. */
  readonly results: Readonly<Record<string, readonly string[]>>;
  readonly final: { readonly owner: string | null; readonly ownerCount: number; readonly domain: string };
  /** The machine stopped at a BUG; absent when it did not. */
  readonly bug?: true;
}

/** A variant in a scenario, for the explorer, with what is needed to read its states. */
export interface OwnershipModel extends Model {
  readonly topology: Topology;
  /** The sentences that say something about the variant. */
  readonly sentences: readonly Sentence[];
  /** Those of them that are about states, over packed states and named by their ids. */
  readonly properties: readonly Property[];
  /** The state at `at`, decoded. */
  readonly worldAt: (states: Int32Array, at: number) => World;
  readonly outcomeAt: (states: Int32Array, at: number) => Outcome;
  /** By group and member: what outcomes name of those that may change places. */
  readonly alike: readonly (readonly Alike[])[];
  readonly fields: Fields;
  /** Where `task` can stand: what its field `at` counts through. */
  readonly standsOf: (task: number) => readonly Stand[];
  /** All that is known by now of what `task` does, and of whether a property holds; null before anybody asked. */
  readonly decisionsOf: (task: number) => Decision<TaskMoves> | null;
  readonly truthOf: (property: string) => Decision<boolean> | null;
}

/** What can happen where the kernel may choose. */
export const outcomesOf: Readonly<Record<Chance, readonly number[]>> = {
  ok: [outcome.ok],
  fails: [outcome.fail],
  'may fail': [outcome.ok, outcome.fail],
  defers: [outcome.defer],
  'may defer': [outcome.ok, outcome.defer],
};

/** Keeps the marks of one move; what else is said is for the narrator. */
class Marks implements Voice {
  readonly all: string[] = [];

  mark(name: string): void {
    if (!this.all.includes(name)) this.all.push(name);
  }
  warn(_what: string): void {}
  bug(_what: string): void {}
  notify(_device: DeviceView, _event: BusEvent): void {}
}

const outcomeOf = (machine: Machine): Outcome => {
  const { group, tasks } = machine.views;
  return {
    results: Object.fromEntries(
      tasks.map(({ number }) => [taskNamed(number), machine.resultsOf(number).map(errnoNamed)]),
    ),
    final: {
      owner: ownerNamed(machine.views, group.owner),
      ownerCount: group.ownerCount,
      domain: domainNamed(group.domain),
    },
    ...(group.bug && { bug: true }),
  };
};

const isBlocked = ({ lock, awaits }: Stand): boolean =>
  (lock !== null && lock.holder >= 0) || (awaits !== null && !awaits.isReady());

/**
 * `variant` in `scenario` as a model. Outcomes of a step: `fail` and `defer`, where the scenario lets the kernel choose
 * so, and `visible`, where stores may be late: what the task stored becomes visible, and the task does not move.
 */
export const modelOf = (variant: Variant, scenario: Scenario, stores: Stores = 'sc'): OwnershipModel => {
  const memory = new NotingMemory();
  const marks = new Marks();
  const machine = new Machine(variant, scenario, memory, marks, stores);
  const { words } = machine.fields;
  const taskCount = scenario.tasks.length;
  const { knobs } = machine;
  const sight: Sight = { ...machine.views, knobs };
  const sentences = sentencesOf(twisted(variant, scenario).knobs);

  const at = <Answer>(states: Int32Array, base: number, ask: () => Answer): Answer => {
    memory.look(states, base);
    return ask();
  };
  const begin = (into: Int32Array, base: number): void => {
    into.fill(0, base, base + words);
    at(into, base, () => machine.begin());
  };
  /** A claim that asked for the mutex before it comes first, where mutexes are queues. */
  const isQueued = (task: number, stand: Stand): boolean =>
    scenario.queues === true &&
    stand.lock === machine.views.group.mutex &&
    (machine.views.tasks[task] as TaskView).isBehind;

  const publish = (task: number): MakeMove => {
    return () => {
      machine.publish(task);
      return [];
    };
  };
  const move = (task: number, stand: Stand, what: number): MakeMove => {
    return () => {
      marks.all.length = 0;
      machine.move(task, stand, what);
      return marks.all;
    };
  };
  const choices = (task: number): readonly (readonly [number, MakeMove])[] => {
    const stand = machine.isStopped ? null : machine.standOf(task);
    if (stand === null) return [];
    const late = machine.isLate && machine.hasLateStore(task) ? [[outcome.visible, publish(task)] as const] : [];
    if (isBlocked(stand) || isQueued(task, stand)) return late;
    return [...late, ...outcomesOf[stand.chance].map((what) => [what, move(task, stand, what)] as const)];
  };
  const { fields } = machine;
  const moves = new LearnedMoves({
    memory,
    words,
    tasks: taskCount,
    places: fields.tasks.map(({ at: place }) => ({ place, start: 0 })),
    locks: new Set([...machine.lockFields, ...fields.tasks.map(({ busy }) => busy)]),
    choices,
  });

  const holderFor = (task: number): number => {
    const stand = machine.standOf(task);
    if (stand === null || machine.isStopped) return -1;
    if (stand.lock !== null) return stand.lock.holder;
    return stand.awaits !== null && !stand.awaits.isReady() ? stand.awaits.from() : -1;
  };
  const holders = upTo(taskCount).map((task) => new Lookup(memory, words, () => holderFor(task)));

  const truths = new Map(
    sentences.flatMap(({ id, holds }) =>
      holds === undefined ? [] : [[id, new Lookup(memory, words, () => holds(sight))] as const],
    ),
  );
  const unrest = machine.fieldsOfUnrest;
  // What a rewrite does to the steps nobody has looked over for symmetry.
  const symmetry =
    variant.rewrite === undefined
      ? interchangeableIn(
          scenario,
          fields,
          upTo(taskCount).map((task) => machine.standsOf(task).map(({ label }) => label)),
        )
      : undefined;
  const start = new Int32Array(words);
  begin(start, 0);

  return {
    words,
    tasks: taskCount,
    outcomes: outcomeNames,
    initial: begin,
    successors: (states, from, scratch, emit, only) => moves.successors(states, from, scratch, emit, only),
    waitsFor: (states, base, task) => (holders[task] as Lookup<number>).at(states, base),
    wants: (states, base, task) =>
      at(states, base, () => {
        const stand = machine.standOf(task);
        return stand?.lock?.id ?? stand?.awaits?.what ?? null;
      }),
    isDone: (states, base) => at(states, base, () => machine.isDone()),
    isFinished: (states, base, task) => at(states, base, () => machine.isFinished(task)),
    topology: at(start, 0, () => topologyOfMachine(machine)),
    sentences,
    properties: sentences.flatMap(({ id, when }): Property[] => {
      const known = truths.get(id);
      if (known === undefined) return [];
      const unless = when === undefined ? {} : { unless: unrest[when] };
      return [
        {
          kind: 'always',
          name: id,
          holds: (states, base) => known.at(states, base),
          get reads() {
            return known.reads;
          },
          ...unless,
        },
      ];
    }),
    worldAt: (states, base) => at(states, base, () => worldOfMachine(machine)),
    ...(symmetry && { symmetry }),
    alike: symmetry ? alikeIn(symmetry, fields.group.owner, (code) => ownerNamed(machine.views, code)) : [],
    behaviour: () => moves.behaviour(),
    outcomeAt: (states, base) => at(states, base, () => outcomeOf(machine)),
    fields,
    standsOf: (task) => machine.standsOf(task),
    decisionsOf: (task) => moves.tree(task),
    truthOf: (property) => truths.get(property)?.tree() ?? null,
  };
};

/** How the scenario's group stands before the first step under `variant`. */
export const topologyOf = (variant: Variant, scenario: Scenario): Topology => modelOf(variant, scenario).topology;
