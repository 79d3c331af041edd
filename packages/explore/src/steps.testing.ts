import { type Field, Layout, type Memory } from './layout.ts';
import { LearnedMoves, type MakeMove } from './learned-moves.ts';
import { Lookup } from './lookup.ts';
import type { Model } from './model.ts';
import { NotingMemory } from './noting-memory.ts';
import type { Property } from './property.ts';
import type { Interchangeable, Reference } from './symmetry.ts';

/** Fields by name; `mark` is for the move that is being made. */
export interface Named {
  get(name: string): number;
  set(name: string, value: number): void;
  mark(name: string): void;
}

/** One step of a script. */
export interface HandStep {
  /** The lock that it waits for and takes. */
  readonly takes?: string;
  readonly drops?: string;
  /** What else it waits for. */
  readonly when?: (at: Named) => boolean;
  /** What it does; returns where it goes on. Default: at the next step. */
  readonly run?: (at: Named) => number | undefined;
  /** It may fail as well, and then does this. */
  readonly fails?: (at: Named) => number | undefined;
}

export interface Hand {
  /** Field → how many values. */
  readonly fields?: Readonly<Record<string, number>>;
  readonly locks?: readonly string[];
  readonly tasks: readonly (readonly HandStep[])[];
  /** Fields that belong to each of the tasks that may change places: groups of members. */
  readonly alike?: readonly (readonly { readonly task?: number; readonly fields?: readonly string[] }[])[];
  /** Field → what its values name. */
  readonly names?: (groups: Interchangeable['groups']) => readonly Reference[];
}

export interface HandModel extends Model {
  readonly fields: Readonly<Record<string, Field>>;
  /** The state in words: each field, and where each task stands (`at0`, `at1` …). */
  readonly told: (states: Int32Array, at: number) => Readonly<Record<string, number>>;
  readonly property: (
    name: string,
    holds: (at: Named) => boolean,
    more?: Partial<Pick<Property, 'kind'>> & { readonly unless?: readonly string[] },
  ) => Property;
}

/** A model made of scripts, its moves learned as they are made. A lock holds the number of its holder plus one. */
export const handModel = ({ fields: sizes = {}, locks = [], tasks, alike = [], names }: Hand): HandModel => {
  const layout = new Layout();
  const fields: Record<string, Field> = {};
  for (const [task, script] of tasks.entries()) fields[`at${task}`] = layout.field(script.length + 1);
  for (const lock of locks) fields[lock] = layout.field(tasks.length + 1);
  for (const [name, values] of Object.entries(sizes)) fields[name] = layout.field(values);
  const words = layout.place();
  const memory = new NotingMemory();
  const marks: string[] = [];
  const fieldOf = (name: string): Field => {
    const field = fields[name];
    if (field === undefined) throw new ReferenceError(`Cannot use the field "${name}" as there is none`);
    return field;
  };
  const over = (raw: Memory): Named => ({
    get: (name) => raw.get(fieldOf(name)),
    set: (name, value) => raw.set(fieldOf(name), value),
    mark: (name) => marks.push(name),
  });
  const at = over(memory);
  const look = <Answer>(states: Int32Array, base: number, ask: () => Answer): Answer => {
    memory.look(states, base);
    return ask();
  };
  const stepOf = (task: number): HandStep | undefined => tasks[task]?.[at.get(`at${task}`)];

  const choices = (task: number): readonly (readonly [number, MakeMove])[] => {
    const step = stepOf(task);
    if (step === undefined) return [];
    const { takes, drops, when, run, fails } = step;
    if (takes !== undefined && at.get(takes) !== 0) return [];
    if (when !== undefined && !when(at)) return [];
    const move = (what: HandStep['run']): MakeMove => {
      return () => {
        marks.length = 0;
        const place = at.get(`at${task}`);
        if (takes !== undefined) at.set(takes, task + 1);
        if (drops !== undefined) at.set(drops, 0);
        at.set(`at${task}`, what?.(at) ?? place + 1);
        return marks;
      };
    };
    return [[0, move(run)] as const, ...(fails === undefined ? [] : [[1, move(fails)] as const])];
  };
  const moves = new LearnedMoves({
    memory,
    words,
    tasks: tasks.length,
    places: tasks.map((_, task) => ({ place: fieldOf(`at${task}`), start: 0 })),
    locks: new Set(locks.map(fieldOf)),
    choices,
  });
  const isFinished = (task: number): boolean => stepOf(task) === undefined;
  const holderFor = (task: number): number => {
    const takes = stepOf(task)?.takes;
    return takes === undefined ? -1 : at.get(takes) - 1;
  };
  const groups = alike.map((members) => ({
    members: members.map(({ task, fields: own = [] }) => ({
      fields: [...own, ...(task === undefined ? [] : [`at${task}`])].map(fieldOf),
      tasks: task === undefined ? [] : [task],
    })),
  }));
  const taskNames = tasks.map((_, task) => {
    for (const [group, { members }] of groups.entries()) {
      const member = members.findIndex((one) => one.tasks.includes(task));
      if (member >= 0) return { group, member, role: 0 };
    }
    return null;
  });
  const references = names?.(groups) ?? locks.map((lock) => ({ field: fieldOf(lock), names: [null, ...taskNames] }));
  return {
    words,
    tasks: tasks.length,
    outcomes: ['ok', 'fail'],
    initial: (into, base) => into.fill(0, base, base + words),
    successors: (states, from, scratch, emit, only) => moves.successors(states, from, scratch, emit, only),
    isDone: (states, base) => look(states, base, () => tasks.every((_, task) => isFinished(task))),
    isFinished: (states, base, task) => look(states, base, () => isFinished(task)),
    waitsFor: (states, base, task) => look(states, base, () => holderFor(task)),
    behaviour: () => moves.behaviour(),
    ...(groups.length > 0 && { symmetry: { groups, references } }),
    fields,
    told: (states, base) =>
      look(states, base, () => Object.fromEntries(Object.keys(fields).map((name) => [name, at.get(name)]))),
    property: (name, holds, { kind = 'always', unless } = {}) => {
      const known = new Lookup(memory, words, () => holds(at));
      return {
        kind,
        name,
        holds: (states, base) => known.at(states, base),
        get reads() {
          return known.reads;
        },
        ...(unless !== undefined && { unless: unless.map(fieldOf) }),
      };
    },
  };
};
