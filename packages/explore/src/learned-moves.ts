import type { Behaviour, Footprint } from './behaviour.ts';
import type { Field } from './layout.ts';
import { type Decision, isWarm, Lookup } from './lookup.ts';
import { type Action, actionOf, type Emit } from './model.ts';
import type { NotingMemory, Value } from './noting-memory.ts';
import { keyOf } from './symmetric-behaviour.ts';

/** One thing that a task can do in a state. */
export interface LearnedMove {
  readonly action: Action;
  readonly marks: readonly string[];
  /** What it writes, each field once. */
  readonly writes: readonly Value[];
}

/** All that a task can do where it stands: none when it waits or has finished. */
export type TaskMoves = readonly LearnedMove[];

/** Makes one move: writes what it writes into the memory, and returns what is to be said of it. */
export type MakeMove = () => readonly string[];

export interface TaskSteps {
  readonly memory: NotingMemory;
  /** Words per state. */
  readonly words: number;
  readonly tasks: number;
  /** By task: the field that says where it stands, which it reads before all else, and where that is at the start. */
  readonly places: readonly { readonly place: Field; readonly start: number }[];
  /** Fields that are locks, as `Behaviour.locks`. */
  readonly locks: ReadonlySet<Field>;
  /** What `task` can do in the state at hand: an outcome and how to make the move, for each. */
  readonly choices: (task: number) => readonly (readonly [outcome: number, make: MakeMove])[];
}

const none = -1;

/** A footprint and the place from which it was made. */
interface Placed {
  readonly place: number;
  readonly footprint: Footprint;
}

/** Writes the moves of one task; returns 0, or -1 where it does not know them, and then has written nothing. */
type TaskCode = (
  states: Int32Array,
  from: number,
  scratch: Int32Array,
  emit: Emit,
  marks: LearnedMoves['marks'],
) => number;

/** A word of the state that a move changes: what stays of it, and what is put there. */
interface Change {
  readonly word: number;
  readonly keep: number;
  readonly put: number;
}

/** A move, ready to be made. */
interface MadeMove {
  readonly action: Action;
  /** Where its marks stand among all; -1 when it has none. */
  readonly marks: number;
  readonly changes: readonly Change[];
}

const changesOf = (writes: readonly Value[]): readonly Change[] =>
  [...Map.groupBy(writes, ({ field }) => field.word)].map(([word, own]) => ({
    word,
    keep: ~own.reduce((bits, { field }) => bits | (field.mask << field.shift), 0),
    put: own.reduce((bits, { field, value }) => bits | (value << field.shift), 0),
  }));

/**
 * The successors of a state, told as moves over a memory and learned: what a task does is worked out once for each way
 * in which it can read the state (see `Lookup`). A transition is then some words of which some bits stay and some are
 * put, and once it has been made often, code that does just that.
 */
export class LearnedMoves {
  private readonly words: number;
  private readonly perTask: readonly Lookup<TaskMoves>[];
  /** By task, then by answer. */
  private readonly made: MadeMove[][][];
  private readonly marks: (readonly string[])[] = [];
  private readonly code: (TaskCode | null)[];
  /** By task: how often its tree was walked since there was code. */
  private readonly walks: Int32Array;

  private readonly steps: TaskSteps;
  /** Every field that a step has touched, by number; and by task, each way of touching them. */
  private readonly fields = new Map<Field, number>();
  private readonly footprints: readonly Map<string, Placed>[];
  /** What was learned since somebody last asked for the footprints: most never do. */
  private untold: (() => void)[] = [];
  /** What was told last; null once there is more to tell. */
  private told: Behaviour | null = null;

  constructor(steps: TaskSteps) {
    const { memory, words, tasks, choices } = steps;
    this.steps = steps;
    this.footprints = Array.from({ length: tasks }, () => new Map());
    this.words = words;
    this.walks = new Int32Array(tasks);
    this.code = Array.from({ length: tasks }, () => null);
    this.made = Array.from({ length: tasks }, () => []);
    this.perTask = this.made.map(
      (_, task) =>
        new Lookup(memory, words, (): TaskMoves => {
          const moves = choices(task).map(([outcome, make]): LearnedMove => {
            const marks = [...make()];
            return { action: actionOf(task, outcome), marks, writes: memory.takeWrites() };
          });
          this.keep(task, moves);
          const read = memory.readSoFar();
          this.untold.push(() => this.learnFootprints(task, read, moves));
          return moves;
        }),
    );
  }

  /** As `Model.successors`. @param only - the task whose moves are wanted; every task's when it is -1. */
  successors(states: Int32Array, from: number, scratch: Int32Array, emit: Emit, only = none): void {
    const { words, code, marks } = this;
    for (let word = 0; word < words; word += 1) scratch[word] = states[from + word] as number;
    const last = only === none ? code.length : only + 1;
    for (let task = only === none ? 0 : only; task < last; task += 1) {
      const own = code[task] as TaskCode | null;
      if (own === null || own(states, from, scratch, emit, marks) < 0) this.walk(task, states, from, scratch, emit);
    }
  }

  /** What is known by now of what the tasks do. */
  behaviour(): Behaviour {
    for (const learn of this.untold) learn();
    this.untold = [];
    this.told ??= this.tell();
    return this.told;
  }

  private tell(): Behaviour {
    const { locks, places } = this.steps;
    const fields: readonly Field[] = [...this.fields.keys()];
    return {
      fields,
      locks: new Set(fields.flatMap((field, number) => (locks.has(field) ? [number] : []))),
      tasks: places.map(({ place, start }, task) => {
        const steps = Map.groupBy((this.footprints[task] as Map<string, Placed>).values(), (known) => known.place);
        return {
          place,
          start,
          steps: new Map([...steps].map(([at, known]) => [at, known.map(({ footprint }) => footprint)])),
        };
      }),
    };
  }

  /** All that is known of `task`. */
  tree(task: number): Decision<TaskMoves> | null {
    return (this.perTask[task] as Lookup<TaskMoves>).tree();
  }

  private walk(task: number, states: Int32Array, from: number, scratch: Int32Array, emit: Emit): void {
    const lookup = this.perTask[task] as Lookup<TaskMoves>;
    for (const { action, marks, changes } of (this.made[task] as MadeMove[][])[lookup.walk(states, from)] ?? []) {
      for (const { word, keep, put } of changes) scratch[word] = ((scratch[word] as number) & keep) | put;
      emit(action, marks === none ? undefined : this.marks[marks]);
      for (const { word } of changes) scratch[word] = states[from + word] as number;
    }
    this.walks[task] = (this.walks[task] as number) + 1;
    if (isWarm(this.walks[task] as number, lookup.size)) this.compile(task, lookup);
  }

  private learnFootprints(task: number, read: readonly Value[], moves: TaskMoves): void {
    const { places, locks } = this.steps;
    const { place } = places[task] as TaskSteps['places'][number];
    const at = read.find(({ field }) => field === place)?.value;
    if (at === undefined && moves.length === 0) return; // wherever it stands, it can do nothing
    if (at === undefined) throw new Error(`Cannot learn what task ${task} does as it does not look where it stands`);
    const numbers = (fields: readonly Field[]): ReadonlySet<number> =>
      new Set(fields.map((field) => this.numberOf(field)));
    const learn = (writes: readonly Value[], next: number | null): void => {
      const held = writes.filter(({ field }) => locks.has(field));
      const footprint: Footprint = {
        reads: numbers(read.map(({ field }) => field)),
        writes: numbers(writes.map(({ field }) => field)),
        takes: numbers(held.flatMap(({ field, value }) => (value === 0 ? [] : [field]))),
        drops: numbers(held.flatMap(({ field, value }) => (value === 0 ? [field] : []))),
        next,
      };
      const known = this.footprints[task] as Map<string, Placed>;
      const key = `${at} ${keyOf(footprint)}`;
      if (known.has(key)) return;
      known.set(key, { place: at, footprint });
      this.told = null;
    };
    if (moves.length === 0) learn([], null);
    for (const { writes } of moves) learn(writes, writes.find(({ field }) => field === place)?.value ?? at);
  }

  private numberOf(field: Field): number {
    const known = this.fields.get(field) ?? this.fields.size;
    this.fields.set(field, known);
    return known;
  }

  private keep(task: number, moves: TaskMoves): void {
    const made = moves.map(({ action, marks, writes }): MadeMove => {
      const changes = changesOf(writes);
      return { action, changes, marks: marks.length === 0 ? none : this.marks.push(marks) - 1 };
    });
    (this.made[task] as MadeMove[][]).push(made);
  }

  private compile(task: number, lookup: Lookup<TaskMoves>): void {
    const made = this.made[task] as MadeMove[][];
    const codeOf = ({ action, marks, changes }: MadeMove): string =>
      [
        ...changes.map(({ word, keep, put }) => `scratch[${word}] = w${word} & ${keep} | ${put};`),
        `emit(${action}, ${marks === none ? 'undefined' : `marks[${marks}]`});`,
        ...changes.map(({ word }) => `scratch[${word}] = w${word};`),
      ].join(' ');
    this.code[task] = lookup.compiled<TaskCode>(
      ['states', 'from', 'scratch', 'emit', 'marks'],
      (answer) => `${(made[answer] ?? []).map(codeOf).join(' ')} return 0;`,
    );
    this.walks[task] = 0;
  }
}
