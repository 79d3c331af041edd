import type { Ample } from './ample.ts';
import type { Bound, Progress } from './bounds.ts';
import { type Evidence, noParent } from './evidence.ts';
import { Lately } from './lately.ts';
import type { Action, Emit, Model } from './model.ts';
import { Pending } from './pending.ts';
import { type RowCode, rowCode } from './row-code.ts';
import type { Symmetry } from './symmetry.ts';
import type { Table } from './table.ts';

/** States looked at between two pauses. */
const stretch = 1024;

export interface SearchParts {
  readonly model: Model;
  readonly table: Table;
  readonly evidence: Evidence;
  readonly symmetry: Symmetry | null;
  readonly ample: Ample | null;
  /** Nobody asks for the rows of states that have been looked at. */
  readonly forgets: boolean;
  readonly onDone: ((states: Int32Array, at: number) => void) | undefined;
}

/** A breadth-first search that goes on stretch by stretch. */
export class Search {
  transitions = 0;
  /** What stopped it; null as long as nothing has. */
  stopped: Bound | null = null;
  private readonly parts: SearchParts;
  private readonly pending: Pending;
  private readonly late: Lately;
  private readonly code: RowCode;
  private readonly scratch: Int32Array;
  /** A successor in canonical order. */
  private readonly canonical: Int32Array;
  private readonly emit: Emit;
  /** Successors that the model gave. */
  private emitted = 0;
  private met = 0;
  private from = 0;
  /** The states before this one are at most `depth` steps away. */
  private levelEnd = 0;
  private depth = -1;
  /** How often a task moved alone. */
  alone = 0;

  constructor(parts: SearchParts) {
    const { model, table, symmetry } = parts;
    const { words } = model;
    this.parts = parts;
    this.pending = new Pending(words);
    this.code = rowCode(words);
    this.scratch = new Int32Array(words);
    this.canonical = new Int32Array(words);
    this.emit = symmetry === null ? this.takeAsIs() : this.takeCanonical(symmetry);
    model.initial(this.scratch, 0);
    symmetry?.canonise(this.scratch);
    table.add(this.scratch, noParent, 0);
    this.late = new Lately(words, this.scratch);
  }

  /** Looks at some more states. @returns false when there are none, or something has stopped it. */
  advance(): boolean {
    for (let looked = 0; looked < stretch; looked += 1) {
      if (this.stopped !== null || !this.hasNext()) return false;
      this.expand();
      this.from += 1;
    }
    this.flush();
    if (this.parts.forgets) this.parts.table.rows.forget(this.from);
    return this.stopped === null;
  }

  /** Ends it; what has been met is looked up all the same. */
  stop(bound: Bound | null): void {
    this.flush();
    this.stopped ??= bound;
  }

  get progress(): Omit<Progress, 'goal'> {
    const { table } = this.parts;
    const { count } = table.rows;
    return { states: count, transitions: this.transitions, queue: count - this.from, depth: Math.max(0, this.depth) };
  }

  /** How many steps the farthest state is away. */
  get farthest(): number {
    return this.parts.table.rows.count > this.levelEnd ? this.depth + 1 : this.depth;
  }

  /** Every state up to this many steps away has been met. */
  get radius(): number {
    return this.depth;
  }

  private takeAsIs(): Emit {
    const { scratch, parts } = this;
    const { evidence } = parts;
    return (action, marks) => {
      if (marks !== undefined) evidence.note(this.from, action, marks);
      this.take(scratch, action);
    };
  }

  private takeCanonical(symmetry: Symmetry): Emit {
    const { scratch, canonical, parts } = this;
    const { evidence } = parts;
    return (action, marks) => {
      if (marks !== undefined) evidence.note(this.from, action, marks);
      canonical.set(scratch);
      symmetry.canonise(canonical);
      this.take(canonical, action);
    };
  }

  private take(state: Int32Array, action: Action): void {
    this.emitted += 1;
    const hash = this.code.hash(state, 0);
    if (this.late.meets(state, 0, hash)) this.transitions += 1;
    else if (this.pending.push(state, 0, hash, this.from, action)) this.flush();
  }

  private flush(): void {
    const { table, evidence } = this.parts;
    const { rows } = table;
    this.transitions += table.addAll(this.pending);
    this.pending.count = 0;
    for (; this.met < rows.count; this.met += 1) evidence.meet(this.met, rows.parentOf(this.met));
    this.stopped ??= table.full;
  }

  /** @returns whether there is a state to expand. */
  private hasNext(): boolean {
    if (this.from < this.levelEnd) return true;
    this.flush();
    const { count } = this.parts.table.rows;
    // Where there was no room for all of it, the next level is not one.
    if (this.stopped !== null || count === this.levelEnd) return false;
    this.levelEnd = count;
    this.depth += 1;
    return true;
  }

  private expand(): void {
    const { model, table, evidence, ample, onDone } = this.parts;
    const { scratch, emit, from, emitted: before } = this;
    const states = table.rows.chunkOf(from);
    const at = table.rows.offsetOf(from);
    if (ample !== null) {
      for (let task = ample.pick(states, at, 0); task >= 0; task = ample.pick(states, at, task + 1)) {
        model.successors(states, at, scratch, emit, task);
        if (this.emitted === before) continue;
        this.alone += 1;
        return;
      }
    }
    model.successors(states, at, scratch, emit);
    if (this.emitted !== before) return;
    if (!model.isDone(states, at)) evidence.standStill(from);
    else onDone?.(states, at);
  }
}
