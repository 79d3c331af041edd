import { type Action, actionName, type Model, taskOf } from './model.ts';
import { isAbout, isInherited, type Property, type Watch, watchesOf } from './property.ts';
import type { Deadlock } from './report.ts';
import type { Schedule } from './schedule.ts';
import type { StateRows } from './state-rows.ts';
import { cycleThrough, unfinished, type Waiting } from './waiting.ts';

/** What a breadth-first search is to hand over, gathered on the way, so that each schedule is a shortest one. */
export class Evidence {
  readonly witnesses = new Map<string, Schedule>();
  readonly marks = new Map<string, Schedule>();
  deadlock: Deadlock | undefined;
  /** How many marks there were on all transitions. */
  markCount = 0;
  /** How many states there were where nobody can move though not all is done. */
  standstills = 0;
  private readonly model: Model;
  private readonly rows: StateRows;
  private wanted: readonly Watch[];
  /** The bits in which a state differs from its parent. */
  private readonly difference: Int32Array;
  /** The state where `deadlock` is; of two, the one with the smaller number is the nearer. */
  private deadlockAt = Number.POSITIVE_INFINITY;

  constructor(model: Model, properties: readonly Property[], rows: StateRows) {
    this.model = model;
    this.wanted = watchesOf(properties, model.words);
    this.difference = new Int32Array(model.words);
    this.rows = rows;
  }

  /** Looks at a state that has just been met. */
  meet(id: number): void {
    if (this.wanted.length > 0) this.watchForWitness(id);
    if (this.deadlock === undefined && id > 0) this.watchForCycle(id);
  }

  /** Notes what the step `action` from state `from` carries. */
  note(from: number, action: Action, marks: readonly string[]): void {
    this.markCount += marks.length;
    for (const mark of marks) {
      if (!this.marks.has(mark)) this.marks.set(mark, this.scheduleTo(from, action));
    }
  }

  /** Notes that nobody can move in state `id` though not all is done. */
  standStill(id: number): void {
    this.standstills += 1;
    if (id >= this.deadlockAt) return;
    this.foundDeadlock(id, unfinished(this.model, this.rows.chunkOf(id), this.rows.offsetOf(id)));
  }

  private watchForWitness(id: number): void {
    const { wanted, rows, difference } = this;
    const states = rows.chunkOf(id);
    const at = rows.offsetOf(id);
    rows.differ(id, difference);
    for (let index = 0; index < wanted.length; index += 1) {
      const watch = wanted[index] as Watch;
      if ((id > 0 && isInherited(watch, difference)) || !isAbout(watch, states, at)) continue;
      for (const property of watch.properties) {
        if (property.holds(states, at) === (property.kind === 'sometimes')) this.foundWitness(id, property);
      }
    }
  }

  private foundWitness(id: number, found: Property): void {
    this.witnesses.set(found.name, this.scheduleTo(id));
    this.wanted = this.wanted
      .map(({ unless, properties }) => ({ unless, properties: properties.filter((other) => other !== found) }))
      .filter(({ properties }) => properties.length > 0);
  }

  /** Only the task that moved can have closed a cycle. */
  private watchForCycle(id: number): void {
    const { model, rows } = this;
    const cycle = cycleThrough(model, rows.chunkOf(id), rows.offsetOf(id), taskOf(rows.actionTo(id)));
    if (cycle !== null) this.foundDeadlock(id, cycle);
  }

  private foundDeadlock(id: number, waits: readonly Waiting[]): void {
    this.deadlock = { schedule: this.scheduleTo(id), waits };
    this.deadlockAt = id;
  }

  private scheduleTo(id: number, ...last: readonly Action[]): Schedule {
    return [...this.rows.pathTo(id), ...last].map((action) => actionName(this.model, action));
  }
}
