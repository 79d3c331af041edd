import { type Decision, Lookup } from './lookup.ts';
import { type Action, actionOf, type Emit } from './model.ts';
import type { NotingMemory, Value } from './noting-memory.ts';

/** One thing that a task can do in a state. */
export interface LearnedMove {
  readonly action: Action;
  readonly marks: readonly string[] | undefined;
  /** What it writes, each field once. */
  readonly writes: readonly Value[];
}

/** All that a task can do where it stands: none when it waits or has finished. */
export interface TaskMoves {
  readonly moves: readonly LearnedMove[];
  /** Where its rows in the table of moves begin. */
  readonly first: number;
}

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

const firstRoom = 1024;
const none = -1;

/**
 * The successors of a state, told as moves over a memory and learned as tables: what a task does is worked out once for
 * each way in which it can read the state (see `Lookup`). A transition is then some words kept and some bits put.
 */
export class LearnedMoves {
  private readonly words: number;
  private readonly perTask: readonly Lookup<TaskMoves>[];
  /** By move, as many words each: what stays of the state, and what is put there. */
  private keep = new Int32Array(firstRoom);
  private put = new Int32Array(firstRoom);
  private rows = 0;

  constructor({ memory, words, tasks, choices }: TaskSteps) {
    this.words = words;
    this.perTask = Array.from(
      { length: tasks },
      (_, task) =>
        new Lookup(memory, words, (): TaskMoves => {
          const moves = choices(task).map(([outcome, make]): LearnedMove => {
            const marks = [...make()];
            const writes = memory.takeWrites();
            return { action: actionOf(task, outcome), marks: marks.length === 0 ? undefined : marks, writes };
          });
          return { moves, first: this.compile(moves) };
        }),
    );
  }

  /** As `Model.successors`. @param only - the task whose moves are wanted; every task's when it is -1. */
  successors(states: Int32Array, from: number, scratch: Int32Array, emit: Emit, only = none): void {
    const { perTask } = this;
    if (only !== none) this.movesOf(perTask[only] as Lookup<TaskMoves>, states, from, scratch, emit);
    else for (const moves of perTask) this.movesOf(moves, states, from, scratch, emit);
  }

  /** What `task` can do in the state at `at`. */
  at(states: Int32Array, at: number, task: number): TaskMoves {
    return (this.perTask[task] as Lookup<TaskMoves>).at(states, at);
  }

  /** All that is known of `task`. */
  tree(task: number): Decision<TaskMoves> | null {
    return (this.perTask[task] as Lookup<TaskMoves>).tree();
  }

  private movesOf(known: Lookup<TaskMoves>, states: Int32Array, from: number, scratch: Int32Array, emit: Emit): void {
    const { moves, first } = known.at(states, from);
    const { words, keep, put } = this;
    for (let index = 0, row = first; index < moves.length; index += 1, row += words) {
      const { action, marks } = moves[index] as LearnedMove;
      for (let word = 0; word < words; word += 1) {
        scratch[word] = ((states[from + word] as number) & (keep[row + word] as number)) | (put[row + word] as number);
      }
      emit(action, marks);
    }
  }

  private compile(moves: readonly LearnedMove[]): number {
    const { words } = this;
    const first = this.rows;
    this.rows += moves.length * words;
    if (this.rows > this.keep.length) {
      const room = Math.max(this.rows, this.keep.length * 2);
      const [keep, put] = [new Int32Array(room), new Int32Array(room)];
      keep.set(this.keep);
      put.set(this.put);
      this.keep = keep;
      this.put = put;
    }
    this.keep.fill(-1, first, this.rows);
    for (const [index, { writes }] of moves.entries()) {
      for (const { field, value } of writes) {
        const at = first + index * words + field.word;
        this.keep[at] = (this.keep[at] as number) & ~(field.mask << field.shift);
        this.put[at] = (this.put[at] as number) | (value << field.shift);
      }
    }
    return first;
  }
}
