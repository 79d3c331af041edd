import { drive } from './drive.ts';
import { type Action, actionName, type Model, taskOf } from './model.ts';
import { isAbout, isInherited, type Property, type Watch, watchesOf } from './property.ts';
import type { Deadlock, Report } from './report.ts';
import type { Schedule } from './schedule.ts';
import { follow } from './schedulers/follow.ts';
import type { StateRows } from './state-rows.ts';
import type { Symmetry } from './symmetry.ts';
import { cycleThrough, isInCycle, unfinished } from './waiting.ts';

/** A way through the states that were met: to one of them, and perhaps one move more. */
interface Way {
  readonly to: number;
  readonly last: readonly Action[];
}

/** Shortest ways to what was found. */
export type Found = Pick<Report, 'witnesses' | 'marks' | 'deadlock'>;

/** What a breadth-first search is to hand over, gathered on the way, so that each way is a shortest one. */
export class Evidence {
  /** How many marks there were on all transitions. */
  markCount = 0;
  /** How many states there were where nobody can move though not all is done. */
  standstills = 0;
  private readonly model: Model;
  private readonly rows: StateRows;
  private readonly symmetry: Symmetry | null;
  private wanted: readonly Watch[];
  /** The bits in which a state differs from its parent. */
  private readonly difference: Int32Array;
  private readonly ways = new Map<string, Way>();
  private readonly markWays = new Map<string, Way>();
  /** The state where there is a deadlock; of two, the one with the smaller number is the nearer. */
  private deadlockAt = Number.POSITIVE_INFINITY;
  private hasCycle = false;

  constructor(model: Model, properties: readonly Property[], rows: StateRows, symmetry: Symmetry | null) {
    this.model = model;
    this.wanted = watchesOf(properties, model.words);
    this.rows = rows;
    this.symmetry = symmetry;
    this.difference = new Int32Array(model.words);
  }

  /** Looks at a state that has just been met. */
  meet(id: number): void {
    if (this.wanted.length > 0) this.watchForWitness(id);
    if (!this.hasCycle && id > 0) this.watchForCycle(id);
  }

  /** Notes what the step `action` from state `from` carries. */
  note(from: number, action: Action, marks: readonly string[]): void {
    this.markCount += marks.length;
    for (const mark of marks) if (!this.markWays.has(mark)) this.markWays.set(mark, { to: from, last: [action] });
  }

  /** Notes that nobody can move in state `id` though not all is done. */
  standStill(id: number): void {
    this.standstills += 1;
    this.deadlockAt = Math.min(this.deadlockAt, id);
  }

  /** Is the nearest deadlock known, when the states before number `looked` have been looked at? */
  knowsDeadlock(looked: number): boolean {
    return this.deadlockAt <= looked;
  }

  /** Is there a shortest way to everything that was found elsewhere, when those before number `looked` were looked at? */
  covers({ witnesses, marks, deadlock }: Found, looked: number): boolean {
    return (
      (deadlock === undefined || this.knowsDeadlock(looked)) &&
      [...witnesses.keys()].every((name) => this.ways.has(name)) &&
      [...marks.keys()].every((name) => this.markWays.has(name))
    );
  }

  /** All of it, as schedules. */
  found(): Found {
    const deadlock = this.deadlock();
    return {
      witnesses: this.schedules(this.ways),
      marks: this.schedules(this.markWays),
      ...(deadlock && { deadlock }),
    };
  }

  /** The nearest deadlock, with who waits for whom in the state that its schedule leads to. */
  private deadlock(): Deadlock | undefined {
    if (this.deadlockAt === Number.POSITIVE_INFINITY) return undefined;
    const schedule = this.scheduleOf({ to: this.deadlockAt, last: [] });
    const state = new Int32Array(this.model.words);
    this.model.initial(state, 0);
    let mover = 0;
    drive(this.model, follow(schedule, { afterParting: 'stop' }), {
      maxSteps: schedule.length,
      onStep: (action, states, at) => {
        state.set(states.subarray(at, at + this.model.words));
        mover = taskOf(action);
      },
    });
    return { schedule, waits: cycleThrough(this.model, state, 0, mover) ?? unfinished(this.model, state, 0) };
  }

  private watchForWitness(id: number): void {
    const { wanted, rows, difference } = this;
    const states = rows.chunkOf(id);
    const at = rows.offsetOf(id);
    // Where members have changed places, more bits differ than the move has changed; that only costs.
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
    this.ways.set(found.name, { to: id, last: [] });
    this.wanted = this.wanted
      .map(({ unless, properties }) => ({ unless, properties: properties.filter((other) => other !== found) }))
      .filter(({ properties }) => properties.length > 0);
  }

  /** Only the task that moved can have closed a cycle; in canonical order it may be another by now. */
  private watchForCycle(id: number): void {
    const { model, rows, symmetry } = this;
    const states = rows.chunkOf(id);
    const at = rows.offsetOf(id);
    const isClosed =
      symmetry === null ? isInCycle(model, states, at, taskOf(rows.actionTo(id))) : this.hasAnyCycle(states, at);
    if (!isClosed) return;
    this.hasCycle = true;
    this.deadlockAt = Math.min(this.deadlockAt, id);
  }

  private hasAnyCycle(states: Int32Array, at: number): boolean {
    for (let task = 0; task < this.model.tasks; task += 1) if (isInCycle(this.model, states, at, task)) return true;
    return false;
  }

  private schedules(ways: ReadonlyMap<string, Way>): Map<string, Schedule> {
    return new Map([...ways].map(([name, way]) => [name, this.scheduleOf(way)]));
  }

  private scheduleOf({ to, last }: Way): Schedule {
    const path = [...this.rows.pathTo(to), ...last];
    const actions = this.symmetry === null ? path : this.symmetry.unfold(this.model, path);
    return actions.map((action) => actionName(this.model, action));
  }
}
