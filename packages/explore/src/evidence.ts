import { type Action, type Model, taskOf } from './model.ts';
import { type Property, type Watch, watchesOf } from './property.ts';
import type { StateRows } from './state-rows.ts';
import { isInCycle } from './waiting.ts';
import type { Found, Way, Ways } from './ways.ts';

/** In place of a state's parent: it is the initial state. */
export const noParent = -1;
/** In place of a state's parent: its row is not here. */
export const parentElsewhere = -2;

/** What a breadth-first search is to hand over, gathered on the way, so that each way is a shortest one. */
export class Evidence {
  /** How many marks there were on all transitions. */
  markCount = 0;
  /** How many states there were where nobody can move though not all is done. */
  standstills = 0;
  private readonly model: Model;
  private readonly rows: StateRows;
  private readonly isCanonical: boolean;
  private wanted: readonly Watch[];
  private readonly ways = new Map<string, Way>();
  private readonly markWays = new Map<string, Way>();
  /** The state where there is a deadlock; of two, the one with the smaller number is the nearer. */
  private deadlockAt = Number.POSITIVE_INFINITY;
  private hasCycle = false;

  /** @param isCanonical - states are put in canonical order, so that the task that moved may be another by then. */
  constructor(model: Model, properties: readonly Property[], rows: StateRows, isCanonical: boolean) {
    this.model = model;
    this.wanted = watchesOf(properties, model.words);
    this.rows = rows;
    this.isCanonical = isCanonical;
  }

  /** Whether there is anything to look for in a state. */
  get isWatching(): boolean {
    return this.wanted.length > 0 || (!this.hasCycle && this.model.waitsFor !== undefined);
  }

  /** Looks at a state that has just been met; `parent` is the state that it was met from. */
  meet(id: number, parent: number): void {
    if (this.wanted.length > 0) this.watchForWitness(id, parent);
    if (!this.hasCycle && parent !== noParent) this.watchForCycle(id);
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

  /** All of it. */
  get all(): Ways {
    const { ways: witnesses, markWays: marks, deadlockAt } = this;
    const deadlock = deadlockAt === Number.POSITIVE_INFINITY ? null : { to: deadlockAt, last: [] };
    return { witnesses, marks, deadlock };
  }

  private watchForWitness(id: number, parent: number): void {
    const { wanted, rows } = this;
    const states = rows.chunkOf(id);
    const at = rows.offsetOf(id);
    const others = parent >= 0 ? rows.chunkOf(parent) : null;
    const from = parent >= 0 ? rows.offsetOf(parent) : 0;
    for (let index = 0; index < wanted.length; index += 1) {
      const watch = wanted[index] as Watch;
      if (!watch.isAbout(states, at)) continue;
      // Where members have changed places, more bits differ than the move has changed; that only costs.
      if (others !== null && !watch.mayDiffer(states, at, others, from)) continue;
      if (watch.wereAsked(states, at)) continue;
      const shown = this.shownBy(watch, states, at);
      watch.look();
      if (shown !== null) this.foundWitnesses(id, watch, shown);
    }
  }

  /** Asks all of them, whatever the first says: what is not asked has read nothing, and would never be asked again. */
  private shownBy({ properties }: Watch, states: Int32Array, at: number): readonly Property[] | null {
    let shown: Property[] | null = null;
    for (let index = 0; index < properties.length; index += 1) {
      const property = properties[index] as Property;
      if (property.holds(states, at) !== (property.kind === 'sometimes')) continue;
      shown ??= [];
      shown.push(property);
    }
    return shown;
  }

  private foundWitnesses(id: number, watch: Watch, shown: readonly Property[]): void {
    for (const { name } of shown) this.ways.set(name, { to: id, last: [] });
    this.wanted = this.wanted.flatMap((other) => (other === watch ? (watch.without(shown) ?? []) : other));
  }

  /** Only the task that moved can have closed a cycle; in canonical order it may be another by now. */
  private watchForCycle(id: number): void {
    const { model, rows, isCanonical } = this;
    const states = rows.chunkOf(id);
    const at = rows.offsetOf(id);
    const isClosed = isCanonical
      ? this.hasAnyCycle(states, at)
      : isInCycle(model, states, at, taskOf(rows.actionTo(id)));
    if (!isClosed) return;
    this.hasCycle = true;
    this.deadlockAt = Math.min(this.deadlockAt, id);
  }

  private hasAnyCycle(states: Int32Array, at: number): boolean {
    for (let task = 0; task < this.model.tasks; task += 1) if (isInCycle(this.model, states, at, task)) return true;
    return false;
  }
}
