import { type Decision, isWarm, Lookup } from './lookup.ts';
import { type Action, actionOf, type Emit } from './model.ts';
import type { NotingMemory, Value } from './noting-memory.ts';

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
  /** What `task` can do in the state at hand: an outcome and how to make the move, for each. */
  readonly choices: (task: number) => readonly (readonly [outcome: number, make: MakeMove])[];
}

const none = -1;

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

  constructor({ memory, words, tasks, choices }: TaskSteps) {
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
