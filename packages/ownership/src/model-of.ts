import { actionOf, type Model, type Property } from '@custody/explore';
import type { Topology, World } from '@custody/trace';
import { PackedMemory } from './layout.ts';
import { Machine } from './machine.ts';
import { domainNamed, errnoNamed, ownerNamed, taskNamed } from './names.ts';
import type { Sentence, Sight } from './properties.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';
import { topologyOfMachine, worldOfMachine } from './world-at.ts';

/** What is left when every task has finished. */
export interface Outcome {
  /** Task → the errno of each of its calls that returned. */
  readonly results: Readonly<Record<string, readonly string[]>>;
  readonly final: { readonly owner: string | null; readonly ownerCount: number; readonly domain: string };
}

/** A variant in a scenario, for the explorer, with what is needed to read its states. */
export interface OwnershipModel extends Model {
  readonly topology: Topology;
  readonly sentences: readonly Sentence[];
  /** The sentences over packed states, named by their ids. */
  readonly properties: readonly Property[];
  /** The state at `at`, decoded. */
  readonly worldAt: (states: Int32Array, at: number) => World;
  readonly outcomeAt: (states: Int32Array, at: number) => Outcome;
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
  };
};

/** `variant` in `scenario` as a model; outcome 1 of a step is `fail`, where the scenario lets the kernel fail. */
export const modelOf = (variant: Variant, scenario: Scenario): OwnershipModel => {
  const memory = new PackedMemory();
  const machine = new Machine(variant, scenario, memory);
  const { words } = machine.fields;
  const taskCount = scenario.tasks.length;
  const sight: Sight = { ...machine.views, isQuiet: () => machine.isQuiet() };

  const at = <Answer>(states: Int32Array, base: number, ask: () => Answer): Answer => {
    memory.look(states, base);
    return ask();
  };
  const copy = (states: Int32Array, from: number, scratch: Int32Array): void => {
    for (let word = 0; word < words; word += 1) scratch[word] = states[from + word] as number;
  };
  const begin = (into: Int32Array, base: number): void => {
    into.fill(0, base, base + words);
    at(into, base, () => machine.begin());
  };
  const start = new Int32Array(words);
  begin(start, 0);

  return {
    words,
    tasks: taskCount,
    outcomes: ['ok', 'fail'],
    symmetry: [],
    initial: begin,
    successors: (states, from, scratch, emit) => {
      for (let task = 0; task < taskCount; task += 1) {
        memory.look(states, from);
        const stand = machine.standOf(task);
        if (stand === null || (stand.lock !== null && stand.lock.holder >= 0)) continue;
        const first = stand.chance === 'fails' ? 1 : 0;
        const last = stand.chance === 'ok' ? 0 : 1;
        for (let outcome = first; outcome <= last; outcome += 1) {
          copy(states, from, scratch);
          memory.look(scratch, 0);
          machine.move(task, stand, outcome === 1);
          emit(actionOf(task, outcome));
        }
      }
    },
    isDone: (states, base) => at(states, base, () => machine.isDone()),
    isFinished: (states, base, task) => at(states, base, () => machine.standOf(task) === null),
    topology: at(start, 0, () => topologyOfMachine(machine)),
    sentences: variant.properties,
    properties: variant.properties.map(({ id, holds }) => ({
      kind: 'always',
      name: id,
      holds: (states, base) => {
        memory.look(states, base);
        return holds(sight);
      },
    })),
    worldAt: (states, base) => at(states, base, () => worldOfMachine(machine)),
    outcomeAt: (states, base) => at(states, base, () => outcomeOf(machine)),
  };
};

/** How the scenario's group stands before the first step under `variant`. */
export const topologyOf = (variant: Variant, scenario: Scenario): Topology => modelOf(variant, scenario).topology;
